-- For BI tools, read only: one row per answered question, with what was known of the visit when it was answered.
-- `question` = `score_question` marks the row whose value is the score. Days are local, moments UTC; `extra` is JSON.

CREATE VIEW answers_flat AS
SELECT
  r.response_id,
  r.visit_id,
  r.customer_id,
  r.survey,
  a.question,
  r.question AS score_question,
  a.value,
  a.text,
  r.score,
  r.why,
  $day_begin r.day $day_end AS answered_on,
  $moment_begin r.answered_at $moment_end AS answered_at,
  r.late,
  r.channel,
  r.language,
  r.touchpoint,
  r.branch,
  r.employee,
  r.product,
  r.extra
FROM responses r JOIN answers a ON a.response_id = r.response_id;
