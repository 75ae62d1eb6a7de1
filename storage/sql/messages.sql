-- name: add_inbound^
-- Store one message that came in; a repeat gives no row.
INSERT INTO inbox (channel, external_id, address, received_at, state, tries, body)
VALUES (:channel, :external_id, :address, :received_at, :state, 0, :body)
ON CONFLICT (channel, external_id) DO NOTHING RETURNING inbox_id;

-- name: inbound^
-- One message that came in, locked: of several who would handle it again, one does.
SELECT * FROM inbox WHERE inbox_id = :inbox_id $for_update;

-- name: set_inbound!
UPDATE inbox SET state = :state, tries = :tries, error = :error WHERE inbox_id = :inbox_id;

-- name: waiting_inbound
-- Stored messages in a state that waits for something, oldest first. The longer condition is the index's own.
SELECT * FROM inbox WHERE state IN ('staff', 'retry', 'quarantined') AND state = :state ORDER BY inbox_id LIMIT :limit;

-- name: inbound_since^
-- How many messages of an address came since a moment.
SELECT count(*) AS n FROM inbox WHERE channel = :channel AND address = :address AND received_at >= :since;

-- name: add_outbound^
INSERT INTO outbox (kind, channel, address, person_id, visit_id, conversation_id, state, priority, due_at, not_after,
  attempt_id, owner, lease_until, tries, provider_rank, segments, body, created_at)
VALUES (:kind, :channel, :address, :person_id, :visit_id, :conversation_id, :state, :priority, :due_at, :not_after,
  :attempt_id, :owner, :lease_until, :tries, 0, :segments, :body, :created_at)
RETURNING outbox_id;

-- name: outbound^
SELECT * FROM outbox WHERE outbox_id = :outbox_id;

-- name: outbound_by_attempt^
SELECT * FROM outbox WHERE attempt_id = :attempt_id;

-- name: outbound_by_provider^
SELECT * FROM outbox WHERE provider_id = :provider_id;

-- name: due_outbound
-- Messages whose moment has come on a channel: replies to waiting people first, then in order.
SELECT * FROM outbox WHERE state IN ('due', 'retry') AND channel = :channel AND priority <= :priority AND due_at <= :now
ORDER BY priority, due_at, outbox_id LIMIT :limit $skip_locked;

-- name: claim_outbound^
-- Claim a message; no row where somebody was faster.
UPDATE outbox SET state = 'claimed', attempt_id = :attempt_id, owner = :owner, lease_until = :lease_until,
  tries = tries + 1 WHERE outbox_id = :outbox_id AND state IN ('due', 'retry') RETURNING *;

-- name: release_outbound!
-- Undo a claim of what surely did not leave: it does not count as a try.
UPDATE outbox SET state = 'retry', due_at = :due_at, tries = tries - 1, lease_until = NULL
WHERE outbox_id = :outbox_id AND state = 'claimed' AND attempt_id = :attempt_id;

-- name: set_outbound!
-- How an attempt ended.
UPDATE outbox SET state = :state, due_at = :due_at, provider_id = coalesce(:provider_id, provider_id),
  code = :code, segments = coalesce(:segments, segments), price = coalesce(:price, price), sent_at = :sent_at,
  lease_until = NULL WHERE outbox_id = :outbox_id;

-- name: set_provider_status!
-- A delivery status; it only ever moves forward.
UPDATE outbox SET provider_status = :status, provider_rank = :rank, provider_id = coalesce(provider_id, :provider_id),
  segments = coalesce(:segments, segments), price = coalesce(:price, price), code = coalesce(:code, code)
WHERE outbox_id = :outbox_id AND provider_rank < :rank;

-- name: lapsed_outbound
-- Claimed messages whose lease ran out: nobody knows whether they were sent.
SELECT * FROM outbox WHERE state = 'claimed' AND lease_until < :now ORDER BY lease_until, outbox_id LIMIT :limit $skip_locked;

-- name: unsure_outbound
-- Messages of unknown outcome on a channel since a moment.
SELECT * FROM outbox WHERE state = 'unknown' AND channel = :channel AND created_at >= :since
ORDER BY created_at, outbox_id;

-- name: cancel_outbound!
-- Take back what waits to be sent to a person, for a reason.
UPDATE outbox SET state = 'suppressed', code = :code
WHERE person_id = :person_id AND state IN ('due', 'retry') AND kind <> 'stop_confirmation' AND kind <> 'staff';

-- name: outbound_since^
-- How many replies went to a person since a moment; taking buttons away is no message.
SELECT count(*) AS n FROM outbox WHERE person_id = :person_id AND created_at >= :since
  AND kind NOT IN ('edit', 'invitation', 'reminder');

-- name: delivered_in_conversation
-- Messages of a conversation that the channel's provider knows, newest first.
SELECT * FROM outbox WHERE person_id = :person_id AND conversation_id = :conversation_id AND channel = :channel
  AND provider_id IS NOT NULL ORDER BY created_at DESC, outbox_id DESC LIMIT 30;

-- name: last_words_to^
-- The newest message to a person, edits left out.
SELECT body FROM outbox WHERE person_id = :person_id AND kind <> 'edit' ORDER BY created_at DESC, outbox_id DESC LIMIT 1;

-- name: segments_since^
-- How many segments were sent, or may have been, since a moment. The last two conditions are the index's own.
SELECT coalesce(sum(segments), 0) AS n FROM outbox WHERE channel = :channel AND created_at >= :since
  AND state IN ('claimed', 'sent', 'unknown') AND segments IS NOT NULL;

-- name: next_due_outbound^
SELECT min(due_at) AS due_at FROM outbox WHERE state IN ('due', 'retry') AND channel = :channel;

-- name: sender^
SELECT paused_until, stopped, position FROM senders WHERE sender = :sender;

-- name: put_sender!
INSERT INTO senders (sender, paused_until, stopped, position) VALUES (:sender, :paused_until, :stopped, :position)
ON CONFLICT (sender) DO UPDATE SET paused_until = excluded.paused_until, stopped = excluded.stopped,
  position = coalesce(excluded.position, senders.position);

-- name: notice^
-- Remember that the admins are being told something; no row if they were told before.
INSERT INTO notices (notice, at) VALUES (:notice, :at) ON CONFLICT (notice) DO NOTHING RETURNING notice;

-- name: drop_notice!
DELETE FROM notices WHERE notice = :notice;

-- name: take_job^
-- Take a job that is due, for one worker; sets when it is due next.
UPDATE jobs SET due_at = :next WHERE job = :job AND due_at <= :now RETURNING job;

-- name: add_job!
INSERT INTO jobs (job, due_at) VALUES (:job, :due_at) ON CONFLICT (job) DO NOTHING;

-- name: failures_about
-- Codes of failed attempts at the invitation about a visit.
SELECT code FROM outbox WHERE visit_id = :visit_id AND kind = 'invitation' AND state = 'failed' AND code IS NOT NULL;
