-- name: put_survey!
-- Keep the text of a survey version.
INSERT INTO surveys (survey, version, source) VALUES (:survey, :version, :source)
ON CONFLICT (survey, version) DO NOTHING;

-- name: survey_version^
-- Whether a version is kept: cheaper than handing its text over at every question.
SELECT version FROM surveys WHERE survey = :survey AND version = :version;

-- name: survey_source^
SELECT source FROM surveys WHERE survey = :survey AND version = :version;

-- name: add_conversation^
INSERT INTO conversations (visit_id, person_id, channel, address, survey, version, state, data, opened_at, wake_at)
VALUES (:visit_id, :person_id, :channel, :address, :survey, :version, :state, :data, :opened_at, :wake_at)
RETURNING conversation_id;

-- name: save_conversation!
UPDATE conversations SET state = :state, data = :data, wake_at = :wake_at, channel = :channel, address = :address
WHERE conversation_id = :conversation_id;

-- name: drop_conversation!
DELETE FROM conversations WHERE conversation_id = :conversation_id;

-- name: conversation^
SELECT * FROM conversations WHERE conversation_id = :conversation_id;

-- name: conversation_about^
SELECT * FROM conversations WHERE visit_id = :visit_id;

-- name: open_conversation^
-- The conversation of a person that waits for an answer.
SELECT * FROM conversations WHERE person_id = :person_id AND state IN ('asked', 'answering');

-- name: last_conversation^
-- The latest conversation of a person, open or not.
SELECT * FROM conversations WHERE person_id = :person_id ORDER BY opened_at DESC, conversation_id DESC LIMIT 1;

-- name: due_conversations
-- Conversations whose moment has come.
SELECT conversation_id, person_id FROM conversations WHERE wake_at <= :now ORDER BY wake_at, conversation_id LIMIT :limit;

-- name: postpone_conversation!
UPDATE conversations SET wake_at = :at WHERE conversation_id = :conversation_id;
