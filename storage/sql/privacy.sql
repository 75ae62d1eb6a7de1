-- What is kept about a person, how it is erased, and what goes by its age.

-- name: persons_customers
-- The customer ids of a person, with the customer's own facts.
SELECT * FROM customers WHERE person_id = :person_id ORDER BY customer_id;

-- name: persons_places
-- Every address that belongs, or once belonged, to a person: chats get new ids.
SELECT channel, address FROM addresses WHERE person_id = :person_id
UNION SELECT channel, address FROM conversations WHERE person_id = :person_id
UNION SELECT channel, address FROM outbox WHERE person_id = :person_id AND kind NOT IN ('staff', 'alert')
ORDER BY channel, address;

-- name: persons_visits
SELECT * FROM visits WHERE person_id = :person_id ORDER BY occurred_at, visit_id;

-- name: persons_conversations
SELECT * FROM conversations WHERE person_id = :person_id ORDER BY conversation_id;

-- name: persons_responses
SELECT * FROM responses WHERE person_id = :person_id ORDER BY response_id;

-- name: customers_imported
-- Answers of another tool about a customer whom no visit named; no index serves this, so it is asked of a reader.
SELECT response_id FROM responses WHERE customer_id = :customer_id AND visit_id IS NULL ORDER BY response_id;

-- name: responses_answers
SELECT question, value, text, answered_at FROM answers WHERE response_id = :response_id ORDER BY question;

-- name: responses_history
SELECT question, value, text, replaced_at FROM answer_history WHERE response_id = :response_id ORDER BY history_id;

-- name: addresses_inbox
SELECT * FROM inbox WHERE channel = :channel AND address = :address ORDER BY inbox_id;

-- name: said_elsewhere
-- What a Telegram user wrote in groups; :pattern finds the user's id in the stored message. Asked of a reader.
SELECT inbox_id FROM inbox WHERE channel = 'telegram' AND body LIKE :pattern ORDER BY inbox_id;

-- name: persons_outbox
SELECT * FROM outbox WHERE person_id = :person_id ORDER BY outbox_id;

-- name: told_staff
-- Messages to staff whose text is still kept: they may quote anybody. Asked of a reader.
SELECT outbox_id FROM outbox WHERE kind IN ('staff', 'alert') AND body <> :blank AND created_at < :before ORDER BY outbox_id;

-- name: waiting_for_staff
-- Messages to staff that were not sent yet.
SELECT outbox_id, body FROM outbox WHERE kind IN ('staff', 'alert') AND state IN ('due', 'retry');

-- name: customers_links
SELECT hash, kind, expires_at, used_at FROM links WHERE (kind = 'customer' AND body = :body) OR used_by = :used_by;

-- name: addresses_requests
SELECT audit_id, at, command, allowed FROM audit WHERE channel = :channel AND address = :address ORDER BY audit_id;

-- name: hide_visit!
-- Take the person out of a visit; what it counts under stays.
UPDATE visits SET customer_id = :customer_id, extra = '{}', detail = :detail, fingerprint = NULL WHERE visit_id = :visit_id;

-- name: story_lines
SELECT story_id, detail FROM story WHERE visit_id = :visit_id AND detail <> '{}';

-- name: hide_story!
UPDATE story SET detail = :detail WHERE story_id = :story_id;

-- name: drop_conversations!
DELETE FROM conversations WHERE person_id = :person_id;

-- name: hide_response!
UPDATE responses SET customer_id = :customer_id, why = NULL, extra = '{}' WHERE response_id = :response_id;

-- name: hide_why!
UPDATE responses SET why = NULL WHERE response_id = :response_id AND why IS NOT NULL;

-- name: hide_answers!
UPDATE answers SET text = NULL WHERE response_id = :response_id AND text IS NOT NULL;

-- name: hide_history!
UPDATE answer_history SET text = NULL WHERE response_id = :response_id AND text IS NOT NULL;

-- name: hide_inbound!
-- Keep of a message that it came: its id is what a repeat is known by.
UPDATE inbox SET address = '', error = NULL, body = :body,
  state = CASE WHEN state IN ('staff', 'retry', 'quarantined') THEN 'dropped' ELSE state END WHERE inbox_id = :inbox_id;

-- name: hide_outbound!
-- Keep of a message that it went, how it ended and what it cost.
UPDATE outbox SET address = '', body = :body, attempt_id = NULL,
  code = CASE WHEN state IN ('due', 'retry') THEN 'erased' ELSE code END,
  state = CASE WHEN state IN ('due', 'retry') THEN 'suppressed' ELSE state END WHERE outbox_id = :outbox_id;

-- name: drop_addresses!
DELETE FROM addresses WHERE person_id = :person_id;

-- name: drop_customer!
DELETE FROM customers WHERE customer_id = :customer_id;

-- name: hide_customers!
-- Leave of a customer the id alone.
UPDATE customers SET name = NULL, quiet = NULL WHERE person_id = :person_id;

-- name: aliases
-- The persons whom two aliases stand for.
SELECT customer_id, person_id FROM customers WHERE customer_id IN (:one, :other);

-- name: drop_aliases!
-- Let go of all aliases of a person; :first and :last are the bounds that all aliases lie between.
DELETE FROM customers WHERE person_id = :person_id AND customer_id > :first AND customer_id < :last;

-- name: drop_links!
DELETE FROM links WHERE (kind = 'customer' AND body = :body) OR used_by = :used_by;

-- name: drop_requests!
DELETE FROM audit WHERE channel = :channel AND address = :address AND allowed = 0;

-- name: mark_erased!
UPDATE people SET erased_at = :at, written_at = NULL, wished_at = NULL, language = NULL WHERE person_id = :person_id;

-- name: last_ids
-- How far a look through everything goes, table by table. What follows is asked of a reader, a window of ids at a time.
SELECT (SELECT max(response_id) FROM responses) AS responses, (SELECT max(conversation_id) FROM conversations) AS conversations,
  (SELECT max(inbox_id) FROM inbox) AS inbox, (SELECT max(outbox_id) FROM outbox) AS outbox,
  (SELECT max(person_id) FROM people) AS people;

-- name: old_words
-- Responses that hold words and are older than :before, with what was said and replaced. (An EXISTS beside an OR
-- PostgreSQL may answer by reading all answers, for each window.)
SELECT r.response_id FROM responses r WHERE r.response_id > :after AND r.response_id <= :until AND r.answered_at < :before AND (r.why IS NOT NULL
  OR (SELECT 1 FROM answers a WHERE a.response_id = r.response_id AND a.text IS NOT NULL LIMIT 1) IS NOT NULL
  OR (SELECT 1 FROM answer_history h WHERE h.response_id = r.response_id AND h.text IS NOT NULL LIMIT 1) IS NOT NULL);

-- name: old_conversations
-- Ended conversations older than :before that were not emptied yet.
SELECT conversation_id, data FROM conversations
WHERE conversation_id > :after AND conversation_id <= :until AND opened_at < :before AND state NOT IN ('asked', 'answering') AND data LIKE :pattern;

-- name: hide_said!
UPDATE conversations SET data = :data WHERE conversation_id = :conversation_id;

-- name: old_inbox
-- Messages that came before :before and are done with.
SELECT inbox_id, channel, external_id, body FROM inbox
WHERE inbox_id > :after AND inbox_id <= :until AND received_at < :before AND address <> '' AND state IN ('handled', 'dropped');

-- name: old_outbox
-- Messages that went before :before and are done with.
SELECT outbox_id FROM outbox WHERE outbox_id > :after AND outbox_id <= :until AND created_at < :before AND address <> '' AND state NOT IN ('due', 'retry', 'claimed');

-- name: hide_text!
-- Take the words out of a message that came in; the address stays.
UPDATE inbox SET error = NULL, body = :body WHERE inbox_id = :inbox_id;

-- name: old_texts
-- Messages that came before :before, are done with, and still hold words.
SELECT inbox_id, body FROM inbox
WHERE inbox_id > :after AND inbox_id <= :until AND received_at < :before AND state IN ('handled', 'dropped') AND body NOT LIKE :pattern;

-- name: quiet_people
-- People with an address or a name of whom nothing was heard, and to whom nothing went, since :before.
SELECT p.person_id FROM people p
WHERE p.person_id > :after AND p.person_id <= :until AND ((SELECT 1 FROM addresses a WHERE a.person_id = p.person_id LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM customers c WHERE c.person_id = p.person_id AND c.name IS NOT NULL LIMIT 1) IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.person_id = p.person_id
    AND (v.received_at >= :before OR v.state IN ('planned', 'asking', 'asked', 'answering')))
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.person_id = p.person_id AND o.created_at >= :before)
  AND NOT EXISTS (SELECT 1 FROM addresses a JOIN inbox i ON i.channel = a.channel AND i.address = a.address
    AND i.received_at >= :before WHERE a.person_id = p.person_id);

-- name: old_links
-- Links that are used up or out of date for long, some at a time.
SELECT hash FROM links WHERE hash > :after AND (used_at < :before OR expires_at < :before) ORDER BY hash LIMIT :limit;

-- name: drop_link!
DELETE FROM links WHERE hash = :hash;

-- name: old_places
-- Ended conversations older than :before that still say where they took place.
SELECT conversation_id FROM conversations
WHERE conversation_id > :after AND conversation_id <= :until AND opened_at < :before AND state NOT IN ('asked', 'answering') AND address <> '';

-- name: hide_place!
UPDATE conversations SET address = '' WHERE conversation_id = :conversation_id;

-- name: any_alias^
-- Whether anybody was ever erased.
SELECT 1 AS yes FROM customers WHERE customer_id >= :first AND customer_id < :last LIMIT 1;
