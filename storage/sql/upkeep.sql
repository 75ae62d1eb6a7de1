-- What the program looks at to know how it is, and when the work of the night is due.

-- name: put_job!
-- Set the moment of a job, or of something that is remembered beside the jobs.
INSERT INTO jobs (job, due_at) VALUES (:job, :due_at) ON CONFLICT (job) DO UPDATE SET due_at = excluded.due_at;

-- name: job^
SELECT due_at FROM jobs WHERE job = :job;

-- name: drop_job!
DELETE FROM jobs WHERE job = :job;

-- name: answered^
-- The last message from an address up to a moment: what a message queued at that moment answers.
SELECT external_id FROM inbox WHERE channel = :channel AND address = :address AND received_at <= :at
ORDER BY received_at DESC LIMIT 1;

-- name: all_jobs
SELECT job, due_at FROM jobs ORDER BY job;

-- name: outbox_back
-- When the message that lies :back ids behind the newest one went out; no row where there are not so many.
SELECT created_at AS at FROM outbox WHERE outbox_id <= (SELECT max(outbox_id) FROM outbox) - :back
ORDER BY outbox_id DESC LIMIT 1;

-- name: inbox_back
-- The same for messages that came in.
SELECT received_at AS at FROM inbox WHERE inbox_id <= (SELECT max(inbox_id) FROM inbox) - :back
ORDER BY inbox_id DESC LIMIT 1;

-- name: recent_outbox
-- The messages that went out since a moment, by state: of the newest :most ones, whose ids lead there without an index.
SELECT channel, kind, state, count(*) AS n, sum(segments) AS segments
FROM (SELECT channel, kind, state, segments, created_at FROM outbox ORDER BY outbox_id DESC LIMIT :most) AS newest
WHERE created_at >= :since GROUP BY channel, kind, state ORDER BY channel, kind, state;

-- name: recent_inbox
-- The same for messages that came in.
SELECT channel, state, count(*) AS n
FROM (SELECT channel, state, received_at FROM inbox ORDER BY inbox_id DESC LIMIT :most) AS newest
WHERE received_at >= :since GROUP BY channel, state ORDER BY channel, state;

-- name: stuck
-- How many messages nobody will move without an operator, and how many sends nobody knows the outcome of. The longer
-- condition is the index's own.
SELECT (SELECT count(*) FROM inbox WHERE state IN ('staff', 'retry', 'quarantined') AND state = 'quarantined') AS quarantined,
  (SELECT count(*) FROM outbox WHERE state = 'unknown' AND created_at >= :since) AS unknown;

-- name: waiting_since
-- Since when the oldest entry of each queue is due; rows of senders that rest on purpose are in there too. Visits that
-- are planned can be a year's: their index is entered once for each channel.
WITH RECURSIVE asked (channel) AS (SELECT min(channel) FROM visits WHERE state = 'planned'
  UNION ALL SELECT (SELECT min(v.channel) FROM visits v WHERE v.state = 'planned' AND v.channel > asked.channel) FROM asked
  WHERE asked.channel IS NOT NULL)
SELECT 'inbox' AS queue, '' AS channel, min(received_at) AS since FROM inbox
WHERE state IN ('staff', 'retry', 'quarantined') AND state <> 'quarantined'
UNION ALL SELECT 'outbox', channel, min(due_at) FROM outbox WHERE state IN ('due', 'retry') GROUP BY channel
UNION ALL SELECT 'visits', channel, (SELECT min(due_at) FROM visits v WHERE v.state = 'planned' AND v.channel = asked.channel)
FROM asked WHERE channel IS NOT NULL;
