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

-- name: recent_outbox
-- The newest messages that went out, by state: at most the last :most, so that it costs the same at any age of the store.
SELECT channel, state, count(*) AS n FROM outbox
WHERE outbox_id > (SELECT coalesce(max(outbox_id), 0) FROM outbox) - :most AND created_at >= :since
GROUP BY channel, state ORDER BY channel, state;

-- name: recent_inbox
-- The same for messages that came in.
SELECT channel, state, count(*) AS n FROM inbox
WHERE inbox_id > (SELECT coalesce(max(inbox_id), 0) FROM inbox) - :most AND received_at >= :since
GROUP BY channel, state ORDER BY channel, state;

-- name: stuck
-- How many messages nobody will move without an operator, and how many sends nobody knows the outcome of. The longer
-- condition is the index's own.
SELECT (SELECT count(*) FROM inbox WHERE state IN ('staff', 'retry', 'quarantined') AND state = 'quarantined') AS quarantined,
  (SELECT count(*) FROM outbox WHERE state = 'unknown' AND created_at >= :since) AS unknown;

-- name: waiting_since
-- Since when the oldest entry of each queue is due; rows of senders that rest on purpose are in there too.
SELECT 'inbox' AS queue, '' AS channel, min(received_at) AS since FROM inbox
WHERE state IN ('staff', 'retry', 'quarantined') AND state <> 'quarantined'
UNION ALL SELECT 'outbox', channel, min(due_at) FROM outbox WHERE state IN ('due', 'retry') GROUP BY channel
UNION ALL SELECT 'visits', channel, min(due_at) FROM visits WHERE state = 'planned' GROUP BY channel;
