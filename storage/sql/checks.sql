-- What a check of the store's promises reads (bot/simulation/invariants.py): everything, in an order that can be counted.

-- name: check_sent
-- Every message that was ever claimed, by its last attempt.
SELECT attempt_id, kind, state, channel, address, person_id, visit_id, lease_until FROM outbox
WHERE attempt_id IS NOT NULL;

-- name: check_visits
SELECT v.*, c.name, c.language, c.timezone, c.quiet,
  (SELECT min(address) FROM addresses a WHERE a.person_id = v.person_id AND a.channel = 'sms') AS phone FROM visits v
LEFT JOIN customers c ON c.customer_id = v.customer_id;

-- name: check_answers
-- Every value with what it is counted under.
SELECT r.response_id, r.visit_id, r.survey, r.question AS scored, r.score, a.question, a.value, r.day, r.touchpoint,
  r.branch, r.employee, r.product, r.channel, r.language
FROM responses r JOIN answers a ON a.response_id = r.response_id WHERE a.value IS NOT NULL;

-- name: check_tallies
SELECT survey, question, dimension, day, key, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3,
  sum(v4) AS v4, sum(v5) AS v5, sum(v6) AS v6, sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10
FROM tallies GROUP BY survey, question, dimension, day, key;

-- name: check_asked_tallies
SELECT survey, day, sum(n) AS n FROM asked_tallies WHERE dimension = '' GROUP BY survey, day;

-- name: check_inbox
SELECT channel, external_id, count(*) AS n FROM inbox GROUP BY channel, external_id;

-- name: check_conversations
SELECT c.conversation_id, c.person_id, c.visit_id, c.opened_at, c.state, r.score FROM conversations c
LEFT JOIN responses r ON r.visit_id = c.visit_id;

-- name: check_next
-- The next moment at which something is due by itself.
SELECT min(at) AS at FROM (
  SELECT min(due_at) AS at FROM visits WHERE state = 'planned'
  UNION ALL SELECT min(due_at) FROM outbox WHERE state IN ('due', 'retry')
  UNION ALL SELECT min(lease_until) FROM outbox WHERE state = 'claimed'
  UNION ALL SELECT min(wake_at) FROM conversations WHERE wake_at IS NOT NULL
) AS moments;
