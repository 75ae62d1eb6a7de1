-- What is due at the same moment has an order, the same in every store. SQLite's indexes end with the key by themselves.
DROP INDEX visits_due;
CREATE INDEX visits_due ON visits (channel, due_at, visit_id) WHERE state = 'planned';
DROP INDEX conversations_wake;
CREATE INDEX conversations_wake ON conversations (wake_at, conversation_id) WHERE wake_at IS NOT NULL;
DROP INDEX outbox_claimed;
CREATE INDEX outbox_claimed ON outbox (lease_until, outbox_id) WHERE state = 'claimed';
