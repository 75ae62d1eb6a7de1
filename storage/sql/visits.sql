-- name: visit^
-- One visit with its invitation and the customer's facts.
SELECT v.*, c.name, c.language, c.timezone, c.quiet,
  (SELECT min(address) FROM addresses a WHERE a.person_id = v.person_id AND a.channel = 'sms') AS phone FROM visits v
LEFT JOIN customers c ON c.customer_id = v.customer_id WHERE v.visit_id = :visit_id;

-- name: visits_among
-- Some visits likewise.
SELECT v.*, c.name, c.language, c.timezone, c.quiet,
  (SELECT min(address) FROM addresses a WHERE a.person_id = v.person_id AND a.channel = 'sms') AS phone FROM visits v
LEFT JOIN customers c ON c.customer_id = v.customer_id WHERE v.visit_id IN $texts;

-- name: put_off!
-- A later moment for a visit that still waits.
UPDATE visits SET due_at = :due_at WHERE visit_id = :visit_id AND state = 'planned';

-- name: add_visit!
INSERT INTO visits (visit_id, customer_id, person_id, occurred_at, received_at, touchpoint, branch, employee, product,
  amount, resolved, extra, visit_number, state, reason, detail, survey, channel, due_at, fingerprint)
VALUES (:visit_id, :customer_id, :person_id, :occurred_at, :received_at, :touchpoint, :branch, :employee, :product,
  :amount, :resolved, :extra, :visit_number, :state, :reason, :detail, :survey, :channel, :due_at, :fingerprint);

-- name: fingerprints
-- Which of some visits are known, and what was handed in about them last.
SELECT visit_id, fingerprint FROM visits WHERE visit_id IN $texts;

-- name: set_fingerprint!
UPDATE visits SET fingerprint = :fingerprint WHERE visit_id = :visit_id;

-- name: change_visit!
-- New facts about a visit that was not asked about yet.
UPDATE visits SET occurred_at = :occurred_at, touchpoint = :touchpoint, branch = :branch, employee = :employee,
  product = :product, amount = :amount, resolved = :resolved, extra = :extra WHERE visit_id = :visit_id;

-- name: set_plan!
-- What was decided about asking.
UPDATE visits SET state = :state, reason = :reason, detail = :detail, survey = :survey, channel = :channel,
  due_at = :due_at WHERE visit_id = :visit_id;

-- name: set_visit_state!
UPDATE visits SET state = :state, reason = :reason, detail = :detail WHERE visit_id = :visit_id;

-- name: set_delivered!
-- The provider took the invitation.
UPDATE visits SET state = 'asked', reason = NULL, detail = '{}' WHERE visit_id = :visit_id AND state IN ('asking', 'unknown');

-- name: set_asked!
-- The invitation is claimed: from here on it counts against the cap.
UPDATE visits SET state = 'asking', channel = :channel, asked_at = :asked_at WHERE visit_id = :visit_id;

-- name: set_not_asked!
-- The invitation was surely not sent: it counts no more.
UPDATE visits SET asked_at = NULL WHERE visit_id = :visit_id;

-- name: asked_of
-- Invitations sent to a person since a moment, newest first.
SELECT visit_id, survey, asked_at, touchpoint, branch, employee, product, extra FROM visits
WHERE person_id = :person_id AND asked_at >= :since ORDER BY asked_at DESC, visit_id;

-- name: asked_moments_of
-- The same without the attributes of the visits, which only some caps look at.
SELECT visit_id, survey, asked_at FROM visits
WHERE person_id = :person_id AND asked_at >= :since ORDER BY asked_at DESC, visit_id;

-- name: waiting_of
-- Other visits of a person that wait to be asked about.
SELECT visit_id, occurred_at, touchpoint, due_at FROM visits
WHERE person_id = :person_id AND asked_at IS NULL AND state = 'planned' AND visit_id <> :visit_id
ORDER BY occurred_at DESC, visit_id;

-- name: count_visits_of^
-- How many visits of a person came before.
SELECT count(*) AS n FROM visits WHERE person_id = :person_id AND occurred_at < :before;

-- name: due_visits
-- Planned visits whose moment has come on a channel, oldest first; rows that another worker holds are passed over.
SELECT visit_id, person_id, due_at FROM visits WHERE state = 'planned' AND channel = :channel AND due_at <= :now
ORDER BY due_at, visit_id LIMIT :limit $skip_locked;

-- name: next_due_visit^
SELECT min(due_at) AS due_at FROM visits WHERE state = 'planned' AND channel = :channel;

-- name: tell!
-- One line of a visit's story.
INSERT INTO story (visit_id, at, event, detail) VALUES (:visit_id, :at, :event, :detail);

-- name: story
SELECT at, event, detail FROM story WHERE visit_id = :visit_id ORDER BY story_id;

-- name: answers_this_month^
-- Answers of a survey since a day where one dimension has one value, for quotas.
SELECT coalesce(sum(v0+v1+v2+v3+v4+v5+v6+v7+v8+v9+v10), 0) AS n FROM tallies
WHERE survey = :survey AND question = :question AND dimension = :dimension AND key = :key AND day >= :since;

-- name: visits_without_address
-- Visits of a person that were not asked about for want of an address.
SELECT visit_id FROM visits WHERE person_id = :person_id AND asked_at IS NULL AND state = 'suppressed'
AND reason = 'no_address' ORDER BY occurred_at, visit_id;
