-- Whose links go when a person is forgotten: every SMS that shows a Telegram link makes one, so they may be millions.
CREATE INDEX links_customer ON links (body) WHERE kind = 'customer';
CREATE INDEX links_used ON links (used_by) WHERE used_by IS NOT NULL;
