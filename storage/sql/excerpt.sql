-- What decides about some customers, for trying visits out without touching the store (storage/excerpt.py).

-- name: excerpt_secret
SELECT value FROM meta WHERE key = 'secret';

-- name: excerpt_of_customers
-- The persons behind customer ids.
SELECT DISTINCT person_id FROM customers WHERE customer_id IN $texts;

-- name: excerpt_of_phones
-- The persons behind phones.
SELECT DISTINCT person_id FROM addresses WHERE channel = 'sms' AND address IN $texts;

-- name: excerpt_of_erased
-- Everybody who was erased: only a hash tells who that is.
SELECT DISTINCT person_id FROM customers WHERE customer_id >= 'erased-' AND customer_id < 'erased.';

-- name: excerpt_people
SELECT * FROM people WHERE person_id IN $numbers;

-- name: excerpt_addresses
SELECT * FROM addresses WHERE person_id IN $numbers;

-- name: excerpt_customers
SELECT * FROM customers WHERE person_id IN $numbers;

-- name: excerpt_visits
-- Visits that were asked about lately, and those that wait to be.
SELECT * FROM visits WHERE person_id IN $numbers AND (asked_at >= :since OR state = 'planned');

-- name: excerpt_asked
-- Visits that were asked about longer ago.
SELECT * FROM visits WHERE visit_id IN $texts AND asked_at < :since;

-- name: excerpt_conversations
-- Conversations that are open.
SELECT * FROM conversations WHERE person_id IN $numbers AND state IN ('asked', 'answering');

-- name: excerpt_surveys
SELECT * FROM surveys;

-- name: excerpt_opt_outs
SELECT * FROM opt_outs;

-- name: excerpt_tallies
-- Answers of late, for quotas.
SELECT * FROM tallies WHERE day >= :since_day;

-- name: measured_response
-- How many invitations were sent since a moment, and how many of them brought a score.
SELECT count(*) AS asked, count(r.response_id) AS answered FROM visits v
LEFT JOIN responses r ON r.visit_id = v.visit_id AND r.score IS NOT NULL WHERE v.asked_at >= :since;
