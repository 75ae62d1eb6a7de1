-- When in the day a member's digest comes, HH:MM by the organisation's clock; null is nine in the morning.
ALTER TABLE staff ADD COLUMN digest_time $text;
