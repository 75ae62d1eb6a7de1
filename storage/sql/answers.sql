-- name: response_about^
SELECT * FROM responses WHERE visit_id = :visit_id;

-- name: add_response^
INSERT INTO responses (visit_id, customer_id, person_id, survey, question, score, why, answered_at, day, channel,
  language, late, touchpoint, branch, employee, product, extra)
VALUES (:visit_id, :customer_id, :person_id, :survey, :question, :score, :why, :answered_at, :day, :channel,
  :language, :late, :touchpoint, :branch, :employee, :product, :extra)
RETURNING *;

-- name: set_response!
UPDATE responses SET score = :score, why = :why, answered_at = :answered_at, day = :day, late = :late,
  channel = :channel, language = :language
WHERE response_id = :response_id;

-- name: answer^
SELECT value, text, answered_at FROM answers WHERE response_id = :response_id AND question = :question;

-- name: put_answer!
INSERT INTO answers (response_id, question, value, text, answered_at)
VALUES (:response_id, :question, :value, :text, :answered_at)
ON CONFLICT (response_id, question) DO UPDATE SET value = excluded.value, text = excluded.text;

-- name: keep_replaced!
-- What an answer was before.
INSERT INTO answer_history (response_id, question, value, text, replaced_at)
VALUES (:response_id, :question, :value, :text, :replaced_at);

-- name: tally!
-- Count values up or down on one day, for everybody and for each group, in one statement.
WITH counted (dimension, key) AS (VALUES ('', ''), ('touchpoint', :touchpoint), ('branch', :branch),
  ('employee', :employee), ('product', :product), ('channel', :channel), ('language', :language))
INSERT INTO tallies (survey, question, dimension, day, key, shard, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)
SELECT :survey, :question, dimension, :day, key, $shard, :v0, :v1, :v2, :v3, :v4, :v5, :v6, :v7, :v8, :v9, :v10
FROM counted WHERE true
ON CONFLICT (survey, question, dimension, day, key, shard) DO UPDATE SET
  v0 = tallies.v0 + excluded.v0, v1 = tallies.v1 + excluded.v1, v2 = tallies.v2 + excluded.v2,
  v3 = tallies.v3 + excluded.v3, v4 = tallies.v4 + excluded.v4, v5 = tallies.v5 + excluded.v5,
  v6 = tallies.v6 + excluded.v6, v7 = tallies.v7 + excluded.v7, v8 = tallies.v8 + excluded.v8,
  v9 = tallies.v9 + excluded.v9, v10 = tallies.v10 + excluded.v10;

-- name: tally_asked!
-- Count invitations up or down on one day, for everybody and for each group, in one statement.
WITH counted (dimension, key) AS (VALUES ('', ''), ('touchpoint', :touchpoint), ('branch', :branch),
  ('employee', :employee), ('product', :product), ('channel', :channel), ('language', :language))
INSERT INTO asked_tallies (survey, dimension, day, key, shard, n)
SELECT :survey, dimension, :day, key, $shard, :n FROM counted WHERE true
ON CONFLICT (survey, dimension, day, key, shard) DO UPDATE SET n = asked_tallies.n + excluded.n;

-- name: same_imported^
-- How often the same answer of another tool is stored.
SELECT count(*) AS n FROM responses WHERE survey = :survey AND answered_at = :answered_at AND visit_id IS NULL
  AND coalesce(customer_id, '') = :customer_id AND coalesce(score, -1) = :score;

-- name: response_by_id^
SELECT * FROM responses WHERE response_id = :response_id;

-- name: response_with_answer^
-- A response, with what it says to one question so far; `given` is null where nothing was said, `counted` tells whether
-- any of its answers has a value.
SELECT r.*, a.response_id AS given, a.value, a.text,
  EXISTS (SELECT 1 FROM answers o WHERE o.response_id = r.response_id AND o.value IS NOT NULL) AS counted
FROM responses r LEFT JOIN answers a ON a.response_id = r.response_id AND a.question = :question
WHERE r.response_id = :response_id;

-- name: response_about_with_answer^
-- The same of the response about a visit.
SELECT r.*, a.response_id AS given, a.value, a.text,
  EXISTS (SELECT 1 FROM answers o WHERE o.response_id = r.response_id AND o.value IS NOT NULL) AS counted
FROM responses r LEFT JOIN answers a ON a.response_id = r.response_id AND a.question = :question
WHERE r.visit_id = :visit_id;

-- name: unfolded_days
-- Days before one whose counts still stand in several shards.
SELECT day FROM tallies WHERE shard <> 0 AND day < :before
UNION SELECT day FROM asked_tallies WHERE shard <> 0 AND day < :before ORDER BY day;

-- name: fold_tallies!
-- Put the shards of a day together: who asks about long periods reads one row per day and group.
$fold_tallies;

-- name: fold_asked_tallies!
$fold_asked_tallies;

-- name: lock_tallies!
-- Let nobody count while a day is counted anew.
$lock_tallies;

-- name: recountable
-- Which questions of which surveys are rolled up or have values, and on which days.
SELECT survey, question, min(day) AS first, max(day) AS last FROM (
  SELECT survey, question, day FROM tallies
  UNION ALL SELECT r.survey, a.question, r.day FROM responses r JOIN answers a ON a.response_id = r.response_id
  WHERE a.value IS NOT NULL) AS counted GROUP BY survey, question ORDER BY survey, question;

-- name: rolled_up
-- The roll-ups of a question on a day, as they are.
SELECT dimension, key, sum(v0) AS v0, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3, sum(v4) AS v4, sum(v5) AS v5,
  sum(v6) AS v6, sum(v7) AS v7, sum(v8) AS v8, sum(v9) AS v9, sum(v10) AS v10 FROM tallies
WHERE survey = :survey AND question = :question AND dimension IN $texts AND day = :day GROUP BY dimension, key;

-- name: recounted
-- The same from the answers.
SELECT dimension, key,
  sum(CASE value WHEN 0 THEN 1 ELSE 0 END) AS v0, sum(CASE value WHEN 1 THEN 1 ELSE 0 END) AS v1, sum(CASE value WHEN 2 THEN 1 ELSE 0 END) AS v2, sum(CASE value WHEN 3 THEN 1 ELSE 0 END) AS v3,
  sum(CASE value WHEN 4 THEN 1 ELSE 0 END) AS v4, sum(CASE value WHEN 5 THEN 1 ELSE 0 END) AS v5, sum(CASE value WHEN 6 THEN 1 ELSE 0 END) AS v6, sum(CASE value WHEN 7 THEN 1 ELSE 0 END) AS v7,
  sum(CASE value WHEN 8 THEN 1 ELSE 0 END) AS v8, sum(CASE value WHEN 9 THEN 1 ELSE 0 END) AS v9, sum(CASE value WHEN 10 THEN 1 ELSE 0 END) AS v10
FROM (SELECT d.dimension, a.value, coalesce(CASE d.dimension WHEN '' THEN '' WHEN 'touchpoint' THEN r.touchpoint
    WHEN 'branch' THEN r.branch WHEN 'employee' THEN r.employee WHEN 'product' THEN r.product
    WHEN 'channel' THEN r.channel WHEN 'language' THEN r.language END, '') AS key
  FROM responses r JOIN answers a ON a.response_id = r.response_id AND a.question = :question
  CROSS JOIN (SELECT '' AS dimension UNION ALL SELECT 'touchpoint' UNION ALL SELECT 'branch' UNION ALL SELECT 'employee'
    UNION ALL SELECT 'product' UNION ALL SELECT 'channel' UNION ALL SELECT 'language') AS d
  WHERE r.survey = :survey AND r.day = :day AND a.value IS NOT NULL) AS given GROUP BY dimension, key;

-- name: drop_tallies!
DELETE FROM tallies WHERE survey = :survey AND question = :question AND dimension IN $texts AND day = :day;

-- name: add_tally!
INSERT INTO tallies (survey, question, dimension, day, key, shard, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)
VALUES (:survey, :question, :dimension, :day, :key, 0, :v0, :v1, :v2, :v3, :v4, :v5, :v6, :v7, :v8, :v9, :v10);
