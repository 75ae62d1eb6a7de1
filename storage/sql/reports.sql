-- name: score_counts
-- How often each value was given between two days, by group.
SELECT key, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3, sum(v4) AS v4, sum(v5) AS v5, sum(v6) AS v6,
  sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10
FROM tallies WHERE survey = :survey AND question = :question AND dimension = :dimension AND day >= :first AND day < :last
GROUP BY key ORDER BY key;

-- name: score_counts_of_key
-- The same for one group.
SELECT :key AS key, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3, sum(v4) AS v4, sum(v5) AS v5,
  sum(v6) AS v6, sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10
FROM tallies WHERE survey = :survey AND question = :question AND dimension = :dimension AND key = :key
  AND day >= :first AND day < :last;

-- name: daily_counts
-- How often each value was given, by day, for one group.
SELECT day, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3, sum(v4) AS v4, sum(v5) AS v5,
  sum(v6) AS v6, sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10
FROM tallies WHERE survey = :survey AND question = :question AND dimension = :dimension AND key = :key
  AND day >= :first AND day < :last GROUP BY day ORDER BY day;

-- name: monthly_counts
-- The same by month; its day is the first of the month with an answer.
SELECT min(day) AS day, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3, sum(v4) AS v4, sum(v5) AS v5,
  sum(v6) AS v6, sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10
FROM tallies WHERE survey = :survey AND question = :question AND dimension = :dimension AND key = :key
  AND day >= :first AND day < :last
GROUP BY substr(CAST($day_begin day $day_end AS TEXT), 1, 7) ORDER BY min(day);

-- name: daily_counts_by
-- How often each value was given, by day and group.
SELECT day, key, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3, sum(v4) AS v4, sum(v5) AS v5,
  sum(v6) AS v6, sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10
FROM tallies WHERE survey = :survey AND question = :question AND dimension = :dimension
  AND day >= :first AND day < :last GROUP BY day, key ORDER BY day, key;

-- name: asked_counts
-- Invitations sent between two days, by group.
SELECT key, sum(n) AS n FROM asked_tallies
WHERE survey = :survey AND dimension = :dimension AND day >= :first AND day < :last GROUP BY key;

-- name: asked_daily
-- Invitations sent, by day and group.
SELECT day, key, sum(n) AS n FROM asked_tallies
WHERE survey = :survey AND dimension = :dimension AND day >= :first AND day < :last GROUP BY day, key ORDER BY day, key;

-- name: raw_values
-- Values with the dimensions they were given under, for questions that no roll-up answers.
SELECT a.value, r.day, r.touchpoint, r.branch, r.employee, r.product, r.channel, r.language, r.extra
FROM responses r JOIN answers a ON a.response_id = r.response_id AND a.question = :question
WHERE r.survey = :survey AND r.day >= :first AND r.day < :last AND a.value IS NOT NULL;

-- name: raw_asked
-- Invitations with the dimensions of their visits, for questions that no roll-up answers.
SELECT v.asked_at, v.touchpoint, v.branch, v.employee, v.product, v.channel, v.extra,
  coalesce(c.language, p.language) AS language
FROM visits v LEFT JOIN customers c ON c.customer_id = v.customer_id LEFT JOIN people p ON p.person_id = v.person_id
WHERE v.survey = :survey AND v.asked_at >= :first AND v.asked_at < :last;

-- name: newest_extra
-- The further columns of the newest visits and answers, to know their names.
SELECT extra FROM (SELECT extra FROM visits ORDER BY occurred_at DESC LIMIT 500) AS newest_visits WHERE extra <> '{}'
UNION SELECT extra FROM (SELECT extra FROM responses ORDER BY response_id DESC LIMIT 500) AS newest_responses
  WHERE extra <> '{}';

-- name: complete_answers
-- All values of a survey's responses between two days, a row per answer, for measures of several questions.
SELECT r.response_id, a.question, a.value, r.day, r.touchpoint, r.branch, r.employee, r.product, r.channel, r.language,
  r.extra
FROM responses r JOIN answers a ON a.response_id = r.response_id
WHERE r.survey = :survey AND r.day >= :first AND r.day < :last AND a.value IS NOT NULL
ORDER BY r.response_id;

-- name: whys
-- What people said between two days, newest first.
SELECT r.response_id, r.score, r.why, r.answered_at, r.day, r.language, r.branch, r.employee, r.product, r.touchpoint,
  r.channel, r.extra, c.name
FROM responses r LEFT JOIN customers c ON c.customer_id = r.customer_id
WHERE r.survey = :survey AND r.day >= :first AND r.day < :last AND r.why IS NOT NULL
ORDER BY r.answered_at DESC, r.response_id DESC LIMIT :limit;

-- name: visit_story
SELECT at, event, detail FROM story WHERE visit_id = :visit_id ORDER BY story_id;

-- name: one_visit
SELECT v.*, c.name, c.language, c.timezone, c.quiet,
  (SELECT min(address) FROM addresses a WHERE a.person_id = v.person_id AND a.channel = 'sms') AS phone FROM visits v
LEFT JOIN customers c ON c.customer_id = v.customer_id WHERE v.visit_id = :visit_id;

-- name: all_responses
-- Every response with its visit's columns, in order, for the export.
SELECT r.*, v.occurred_at, v.amount, v.resolved FROM responses r LEFT JOIN visits v ON v.visit_id = r.visit_id
ORDER BY r.response_id;

-- name: extra_of_responses
-- The further columns of all responses, to know their names.
SELECT extra FROM responses WHERE extra <> '{}';

-- name: all_visits
SELECT * FROM visits ORDER BY occurred_at, visit_id;

-- name: visit_facts
-- What measures from visits need, oldest first.
SELECT person_id, occurred_at, branch, product, touchpoint, amount, resolved FROM visits
WHERE occurred_at < :last ORDER BY occurred_at;

-- name: surveys_answered
-- From one survey to the next: the roll-ups between them are not read.
WITH RECURSIVE answered (survey) AS (SELECT min(survey) FROM tallies
  UNION ALL SELECT (SELECT min(t.survey) FROM tallies t WHERE t.survey > answered.survey) FROM answered
  WHERE answered.survey IS NOT NULL)
SELECT survey FROM answered WHERE survey IS NOT NULL;

-- name: visits_by_state
SELECT state, reason, count(*) AS n FROM visits GROUP BY state, reason ORDER BY state, reason;

-- name: recent_visits_by_state
-- How invitations about visits since a moment stand.
SELECT state, count(*) AS n FROM visits WHERE occurred_at >= :since GROUP BY state ORDER BY state;

-- name: new_low_scores
-- Scores up to a value that customers gave between two moments, with their words; imported ones are no news.
SELECT r.response_id, r.score, r.why, r.branch, r.employee, c.name
FROM responses r LEFT JOIN customers c ON c.customer_id = r.customer_id
WHERE r.survey = :survey AND r.answered_at > :first AND r.answered_at <= :last AND r.visit_id IS NOT NULL
  AND r.score >= :lowest AND r.score <= :highest
ORDER BY r.answered_at, r.response_id;

-- name: quarantined
SELECT inbox_id, channel, external_id, received_at, tries, error, body FROM inbox
WHERE state IN ('staff', 'retry', 'quarantined') AND state = 'quarantined' ORDER BY inbox_id;

-- name: all_senders
SELECT sender, paused_until, stopped, position FROM senders ORDER BY sender;

-- name: staff_list
SELECT * FROM staff ORDER BY channel, address;

-- name: metric_values
SELECT metric, period, branch, product, value FROM metrics ORDER BY metric, period, branch, product;
