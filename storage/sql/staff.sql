-- name: put_link!
INSERT INTO links (hash, kind, body, expires_at) VALUES (:hash, :kind, :body, :expires_at);

-- name: link^
SELECT * FROM links WHERE hash = :hash;

-- name: use_link!
-- Use a link up; zero rows if somebody was faster.
UPDATE links SET used_at = :at, used_by = :by WHERE hash = :hash AND used_at IS NULL;

-- name: staff_member^
SELECT * FROM staff WHERE channel = :channel AND address = :address;

-- name: all_staff
SELECT * FROM staff ORDER BY channel, address;

-- name: put_staff!
INSERT INTO staff (channel, address, name, role, branches, language, digest, digest_at, digest_time)
VALUES (:channel, :address, :name, :role, :branches, :language, :digest, :digest_at, :digest_time)
ON CONFLICT (channel, address) DO UPDATE SET name = excluded.name, role = excluded.role,
  branches = excluded.branches, language = excluded.language, digest = excluded.digest, digest_at = excluded.digest_at,
  digest_time = excluded.digest_time;

-- name: drop_staff!
DELETE FROM staff WHERE channel = :channel AND address = :address;

-- name: due_digests
SELECT * FROM staff WHERE digest <> 'off' AND digest_at <= :now ORDER BY digest_at;

-- name: set_digest!
UPDATE staff SET digest_at = :at WHERE channel = :channel AND address = :address;

-- name: audit!
INSERT INTO audit (at, channel, address, command, allowed) VALUES (:at, :channel, :address, :command, :allowed);

-- name: put_metric!
INSERT INTO metrics (metric, period, branch, product, value) VALUES (:metric, :period, :branch, :product, :value)
ON CONFLICT (metric, period, branch, product) DO UPDATE SET value = excluded.value;

-- name: metric^
SELECT value FROM metrics WHERE metric = :metric AND period = :period AND branch = :branch AND product = :product;
