-- The whole schema of version 1. Words of the dialect: $text (ordered by its bytes), $real (a float), $identity (a key
-- that counts up), $clustered (table ordered by its key). Moments are microseconds since 1970 UTC; days are counted from
-- 1970-01-01 in the organisation's own time zone; lists and tables inside a column are JSON.

CREATE TABLE meta (
  key $text PRIMARY KEY,
  value $text NOT NULL
) $clustered;

-- A person is one human, whatever customer ids and addresses belong to them. Cap and opt-out are theirs.
CREATE TABLE people (
  person_id $identity,
  opted_out_at BIGINT,
  opted_out_how $text,       -- stop (the person's own word), blocked, provider, staff
  erased_at BIGINT,
  written_at BIGINT,        -- last message of ours that answered nothing (unknown sender, help)
  wished_at BIGINT,         -- last survey at the person's own wish
  language $text             -- learnt from the person's own words or Telegram's setting; the customer's row wins
);

-- Where a person can be reached. The same address is the same person.
CREATE TABLE addresses (
  channel $text NOT NULL,
  address $text NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people,
  unusable $text,            -- the provider's code that says the address never works
  reached_at BIGINT,        -- first message of ours that was accepted: until then the stop hint is added
  PRIMARY KEY (channel, address)
) $clustered;
CREATE INDEX addresses_person ON addresses (person_id);

CREATE TABLE customers (
  customer_id $text PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people,
  name $text,
  language $text,
  timezone $text,
  quiet $text                -- the customer's own quiet hours, HH:MM-HH:MM
) $clustered;
CREATE INDEX customers_person ON customers (person_id);

-- A visit and the invitation about it: one row, from planned to its end state.
CREATE TABLE visits (
  visit_id $text PRIMARY KEY,
  customer_id $text NOT NULL,
  person_id BIGINT NOT NULL,
  occurred_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  touchpoint $text, branch $text, employee $text, product $text,
  amount $real,
  resolved INTEGER,
  extra $text NOT NULL,      -- further columns of the visits file
  visit_number INTEGER NOT NULL,
  state $text NOT NULL,
  reason $text,
  detail $text NOT NULL,     -- what the reason refers to: another visit, days …
  survey $text NOT NULL,
  channel $text,
  due_at BIGINT,
  asked_at BIGINT,          -- the claim: from here on the invitation counts against the cap
  fingerprint BIGINT        -- of what was handed in last, under the store's secret: the same again is known by it
);
CREATE INDEX visits_due ON visits (channel, due_at) WHERE state = 'planned';
CREATE INDEX visits_person ON visits (person_id, asked_at);
CREATE INDEX visits_occurred ON visits (occurred_at);

-- What happened to a visit after it came in, for explain.
CREATE TABLE story (
  story_id $identity,
  visit_id $text NOT NULL,
  at BIGINT NOT NULL,
  event $text NOT NULL,
  detail $text NOT NULL
);
CREATE INDEX story_visit ON story (visit_id, story_id);

-- Every version of a survey that was ever asked: open conversations stay on the one they began with.
CREATE TABLE surveys (
  survey $text NOT NULL,
  version $text NOT NULL,
  source $text NOT NULL,
  PRIMARY KEY (survey, version)
) $clustered;

CREATE TABLE conversations (
  conversation_id $identity,
  visit_id $text NOT NULL UNIQUE,
  person_id BIGINT NOT NULL,
  channel $text NOT NULL,
  address $text NOT NULL,
  survey $text NOT NULL,
  version $text NOT NULL,
  state $text NOT NULL,
  data $text NOT NULL,       -- surveys.conversation_value.Conversation
  opened_at BIGINT NOT NULL,
  wake_at BIGINT
);
CREATE UNIQUE INDEX conversations_open ON conversations (person_id) WHERE state IN ('asked', 'answering');
CREATE INDEX conversations_person ON conversations (person_id, opened_at);
CREATE INDEX conversations_wake ON conversations (wake_at) WHERE wake_at IS NOT NULL;

-- One row per survey response; the dimensions are copied from the visit as it was when it was answered.
CREATE TABLE responses (
  response_id $identity,
  visit_id $text,            -- none: imported from another tool
  customer_id $text,
  person_id BIGINT,
  survey $text NOT NULL,
  question $text NOT NULL,   -- the question whose value is the score
  score INTEGER,            -- none: words only
  why $text,
  answered_at BIGINT NOT NULL,
  day INTEGER NOT NULL,
  channel $text, language $text,
  late INTEGER NOT NULL,
  touchpoint $text, branch $text, employee $text, product $text,
  extra $text NOT NULL
);
CREATE UNIQUE INDEX responses_visit ON responses (visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX responses_time ON responses (survey, answered_at);
CREATE INDEX responses_day ON responses (survey, day);
CREATE INDEX responses_person ON responses (person_id);

CREATE TABLE answers (
  response_id BIGINT NOT NULL REFERENCES responses,
  question $text NOT NULL,
  value INTEGER,
  text $text,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (response_id, question)
) $clustered;

-- What stood in an answer before it was corrected.
CREATE TABLE answer_history (
  history_id $identity,
  response_id BIGINT NOT NULL REFERENCES responses,
  question $text NOT NULL,
  value INTEGER,
  text $text,
  replaced_at BIGINT NOT NULL
);
CREATE INDEX answer_history_response ON answer_history (response_id);

-- Roll-ups, written in the answer's own transaction: how often each value 0..10 was given, by day and dimension.
-- The dimension '' with the key '' is everybody. A count is the sum over its shards: answers that come in at once
-- over several connections each write to a row of their own, and none waits for another's commit.
CREATE TABLE tallies (
  survey $text NOT NULL,
  question $text NOT NULL,
  dimension $text NOT NULL,
  day INTEGER NOT NULL,
  key $text NOT NULL,
  shard INTEGER NOT NULL,
  v0 INTEGER NOT NULL, v1 INTEGER NOT NULL, v2 INTEGER NOT NULL, v3 INTEGER NOT NULL, v4 INTEGER NOT NULL,
  v5 INTEGER NOT NULL, v6 INTEGER NOT NULL, v7 INTEGER NOT NULL, v8 INTEGER NOT NULL, v9 INTEGER NOT NULL,
  v10 INTEGER NOT NULL,
  PRIMARY KEY (survey, question, dimension, day, key, shard)
) $clustered;

-- The same for invitations sent.
CREATE TABLE asked_tallies (
  survey $text NOT NULL,
  dimension $text NOT NULL,
  day INTEGER NOT NULL,
  key $text NOT NULL,
  shard INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (survey, dimension, day, key, shard)
) $clustered;

-- Every message that came in, once for ever.
CREATE TABLE inbox (
  inbox_id $identity,
  channel $text NOT NULL,
  external_id $text NOT NULL,
  address $text NOT NULL,
  received_at BIGINT NOT NULL,
  state $text NOT NULL,      -- handled, staff (to be answered), retry, quarantined, dropped
  tries INTEGER NOT NULL,
  error $text,
  body $text NOT NULL,
  UNIQUE (channel, external_id)
);
CREATE INDEX inbox_waiting ON inbox (state, inbox_id) WHERE state IN ('staff', 'retry', 'quarantined');
CREATE INDEX inbox_address ON inbox (channel, address, received_at);

-- Every message that goes out; an invitation enters as claimed, the rest as due.
CREATE TABLE outbox (
  outbox_id $identity,
  kind $text NOT NULL,
  channel $text NOT NULL,
  address $text NOT NULL,
  person_id BIGINT,
  visit_id $text,
  conversation_id BIGINT,
  state $text NOT NULL,      -- due, claimed, sent, retry, unknown, failed, suppressed, expired
  priority INTEGER NOT NULL,
  due_at BIGINT NOT NULL,
  not_after BIGINT,
  attempt_id $text,
  owner $text,
  lease_until BIGINT,
  tries INTEGER NOT NULL,
  provider_id $text,
  provider_rank INTEGER NOT NULL,
  provider_status $text,
  code $text,
  segments INTEGER,
  price $text,
  body $text NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT
);
CREATE INDEX outbox_due ON outbox (channel, priority, due_at, outbox_id) WHERE state IN ('due', 'retry');
CREATE INDEX outbox_claimed ON outbox (lease_until) WHERE state = 'claimed';
CREATE INDEX outbox_unsure ON outbox (channel, created_at) WHERE state = 'unknown';
CREATE UNIQUE INDEX outbox_attempt ON outbox (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX outbox_provider ON outbox (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX outbox_person ON outbox (person_id, created_at);
CREATE INDEX outbox_visit ON outbox (visit_id) WHERE visit_id IS NOT NULL;

-- What must outlive a process: pause, stop, polling offset, last inbound seen at the provider.
CREATE TABLE senders (
  sender $text PRIMARY KEY,
  paused_until BIGINT,
  stopped $text,             -- why this sender stopped until the operator acts
  position BIGINT           -- Telegram: next update; SMS: when inbound was last reconciled
) $clustered;

-- Opt-outs by keyed hash of the address: they survive the erasure of the person.
CREATE TABLE opt_outs (
  hash $text PRIMARY KEY,
  at BIGINT NOT NULL
) $clustered;

-- One-time links: customers to Telegram, counters, staff invitations. Only the hash of the token is kept.
CREATE TABLE links (
  hash $text PRIMARY KEY,
  kind $text NOT NULL,
  body $text NOT NULL,
  expires_at BIGINT,
  used_at BIGINT,
  used_by $text
) $clustered;

CREATE TABLE staff (
  channel $text NOT NULL,
  address $text NOT NULL,
  name $text,
  role $text NOT NULL,       -- viewer, manager, admin
  branches $text NOT NULL,   -- empty list: all
  language $text,
  digest $text NOT NULL,     -- off, daily, weekly, monthly
  digest_at BIGINT,         -- when the next one is due
  PRIMARY KEY (channel, address)
) $clustered;

CREATE TABLE audit (
  audit_id $identity,
  at BIGINT NOT NULL,
  channel $text NOT NULL,
  address $text NOT NULL,
  command $text NOT NULL,
  allowed INTEGER NOT NULL
);

-- Scheduler jobs that must run once, whoever lives.
CREATE TABLE jobs (
  job $text PRIMARY KEY,
  due_at BIGINT NOT NULL
) $clustered;

-- Things the admins were told once.
CREATE TABLE notices (
  notice $text PRIMARY KEY,
  at BIGINT NOT NULL
) $clustered;

-- Operational figures supplied by the firm, for the composite index.
CREATE TABLE metrics (
  metric $text NOT NULL,
  period $text NOT NULL,
  branch $text NOT NULL,
  product $text NOT NULL,
  value $real NOT NULL,
  PRIMARY KEY (metric, period, branch, product)
) $clustered;
