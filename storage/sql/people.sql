-- name: person_by_address^
-- The person an address belongs to.
SELECT person_id FROM addresses WHERE channel = :channel AND address = :address;

-- name: person_by_customer^
-- The person a customer id belongs to.
SELECT person_id FROM customers WHERE customer_id = :customer_id;

-- name: add_person^
-- A new person, known by nothing yet.
INSERT INTO people (opted_out_at) VALUES (NULL) RETURNING person_id;

-- name: lock_person^
-- One person; other units of work about the same person wait for this one.
SELECT person_id, opted_out_at, opted_out_how, erased_at, written_at, wished_at, language FROM people
WHERE person_id = :person_id $for_update;

-- name: lock_free_person^
-- One person, unless another unit of work has it.
SELECT person_id, opted_out_at, opted_out_how, erased_at, written_at, wished_at, language FROM people
WHERE person_id = :person_id $skip_locked;

-- name: lock_person_at^
-- The person an address belongs to, locked likewise, in one statement.
SELECT person_id, opted_out_at, opted_out_how, erased_at, written_at, wished_at, language FROM people
WHERE person_id = (SELECT person_id FROM addresses WHERE channel = :channel AND address = :address) $for_update;

-- name: set_opted_out!
-- Opt a person out (or in again, with none).
UPDATE people SET opted_out_at = :at, opted_out_how = :how WHERE person_id = :person_id;

-- name: set_written!
-- Remember that a message was sent which answers nothing.
UPDATE people SET written_at = :at WHERE person_id = :person_id;

-- name: set_wished!
-- Remember a survey at the person's own wish.
UPDATE people SET wished_at = :at WHERE person_id = :person_id;

-- name: set_person_language!
-- Remember the language a person writes in.
UPDATE people SET language = :language WHERE person_id = :person_id;

-- name: addresses_of
-- All addresses of a person.
SELECT channel, address, unusable, reached_at FROM addresses WHERE person_id = :person_id ORDER BY channel, address;

-- name: add_address!
-- An address of a person. Zero rows: it is known already.
INSERT INTO addresses (channel, address, person_id) VALUES (:channel, :address, :person_id)
ON CONFLICT (channel, address) DO NOTHING;

-- name: set_unusable!
-- An address that the provider says never works (or works again, with none).
UPDATE addresses SET unusable = :code WHERE channel = :channel AND address = :address;

-- name: set_reached!
-- The first message to this address was accepted.
UPDATE addresses SET reached_at = :at WHERE channel = :channel AND address = :address AND reached_at IS NULL;

-- name: move_address!
-- A provider gave the same chat a new id.
UPDATE addresses SET address = :new WHERE channel = :channel AND address = :address;

-- name: customer^
-- A customer's own facts.
SELECT customer_id, person_id, name, language, timezone, quiet FROM customers WHERE customer_id = :customer_id;

-- name: customer_of^
-- One customer id of a person, the latest known by name.
SELECT customer_id, person_id, name, language, timezone, quiet FROM customers WHERE person_id = :person_id
ORDER BY customer_id LIMIT 1;

-- name: put_customer!
-- Insert or update a customer; what a newer visit does not say stays. Zero rows: it belongs to somebody else by now.
INSERT INTO customers (customer_id, person_id, name, language, timezone, quiet)
VALUES (:customer_id, :person_id, :name, :language, :timezone, :quiet)
ON CONFLICT (customer_id) DO UPDATE SET
  name = coalesce(excluded.name, customers.name), language = coalesce(excluded.language, customers.language),
  timezone = coalesce(excluded.timezone, customers.timezone), quiet = coalesce(excluded.quiet, customers.quiet)
WHERE customers.person_id = excluded.person_id;

-- name: merge_people!
UPDATE people SET opted_out_at = :opted_out_at, opted_out_how = :opted_out_how, erased_at = :erased_at,
  written_at = :written_at, wished_at = :wished_at, language = :language WHERE person_id = :kept;

-- name: merge_addresses!
UPDATE addresses SET person_id = :kept WHERE person_id = :gone;

-- name: merge_customers!
UPDATE customers SET person_id = :kept WHERE person_id = :gone;

-- name: merge_visits!
UPDATE visits SET person_id = :kept WHERE person_id = :gone;

-- name: merge_responses!
UPDATE responses SET person_id = :kept WHERE person_id = :gone;

-- name: merge_outbox!
UPDATE outbox SET person_id = :kept WHERE person_id = :gone;

-- name: merge_conversations!
UPDATE conversations SET person_id = :kept WHERE person_id = :gone;

-- name: open_conversations_of
-- Open conversations of two people about to become one, newest first.
SELECT conversation_id, visit_id, channel, address, state, data FROM conversations WHERE person_id IN (:kept, :gone)
  AND state IN ('asked', 'answering') ORDER BY opened_at DESC, conversation_id DESC;

-- name: drop_person!
DELETE FROM people WHERE person_id = :gone;

-- name: put_opt_out_hash!
-- The opt-out of an address, by keyed hash.
INSERT INTO opt_outs (hash, at) VALUES (:hash, :at) ON CONFLICT (hash) DO NOTHING;

-- name: drop_opt_out_hash!
DELETE FROM opt_outs WHERE hash = :hash;

-- name: opt_out_hash^
SELECT at FROM opt_outs WHERE hash = :hash;

-- name: customers_among
-- Which of some customer ids are known.
SELECT customer_id FROM customers WHERE customer_id IN $texts;

-- name: phones_among
-- Which of some phones are known.
SELECT address FROM addresses WHERE channel = 'sms' AND address IN $texts;

-- name: any_opt_out^
-- Whether anybody ever opted out.
SELECT 1 AS there FROM opt_outs LIMIT 1;

-- name: opted_out_among
-- Which of some hashes of addresses are of people who opted out.
SELECT hash FROM opt_outs WHERE hash IN $texts;

-- name: add_people
-- As many new people as the list has items.
INSERT INTO people (opted_out_at) SELECT NULL FROM $numbers AS items RETURNING person_id;
