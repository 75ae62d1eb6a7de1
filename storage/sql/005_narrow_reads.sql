-- What is read often is read by an index, however old the store is. Only what is claimed is in these two; an index over
-- all visits or messages would cost every import and every reply.
CREATE INDEX outbox_segments ON outbox (channel, created_at, segments)
  WHERE state IN ('claimed', 'sent', 'unknown') AND segments IS NOT NULL;
CREATE INDEX visits_asked ON visits (asked_at) WHERE asked_at IS NOT NULL;
-- Sends of unknown outcome are asked for by time, of one channel or of all.
DROP INDEX outbox_unsure;
CREATE INDEX outbox_unsure ON outbox (created_at, outbox_id) WHERE state = 'unknown';
