-- name: response_about^
SELECT * FROM responses WHERE visit_id = :visit_id;

-- name: add_response^
INSERT INTO responses (visit_id, customer_id, person_id, survey, question, score, why, answered_at, day, channel,
  language, late, touchpoint, branch, employee, product, extra)
VALUES (:visit_id, :customer_id, :person_id, :survey, :question, :score, :why, :answered_at, :day, :channel,
  :language, :late, :touchpoint, :branch, :employee, :product, :extra)
RETURNING response_id;

-- name: set_response!
UPDATE responses SET score = :score, why = :why, answered_at = :answered_at, day = :day, late = :late
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
-- Count one value up or down on one day for one group.
INSERT INTO tallies (survey, question, dimension, day, key, shard, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)
VALUES (:survey, :question, :dimension, :day, :key, $shard, :v0, :v1, :v2, :v3, :v4, :v5, :v6, :v7, :v8, :v9, :v10)
ON CONFLICT (survey, question, dimension, day, key, shard) DO UPDATE SET
  v0 = tallies.v0 + excluded.v0, v1 = tallies.v1 + excluded.v1, v2 = tallies.v2 + excluded.v2,
  v3 = tallies.v3 + excluded.v3, v4 = tallies.v4 + excluded.v4, v5 = tallies.v5 + excluded.v5,
  v6 = tallies.v6 + excluded.v6, v7 = tallies.v7 + excluded.v7, v8 = tallies.v8 + excluded.v8,
  v9 = tallies.v9 + excluded.v9, v10 = tallies.v10 + excluded.v10;

-- name: tally_asked!
-- Count invitations up or down on one day for one group.
INSERT INTO asked_tallies (survey, dimension, day, key, shard, n)
VALUES (:survey, :dimension, :day, :key, $shard, :n)
ON CONFLICT (survey, dimension, day, key, shard) DO UPDATE SET n = asked_tallies.n + excluded.n;

-- name: same_imported^
-- How often the same answer of another tool is stored.
SELECT count(*) AS n FROM responses WHERE survey = :survey AND answered_at = :answered_at AND visit_id IS NULL
  AND coalesce(customer_id, '') = :customer_id AND coalesce(score, -1) = :score;

-- name: response_by_id^
SELECT * FROM responses WHERE response_id = :response_id;
