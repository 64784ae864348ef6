-- pgbench's tables at scale :scale, as they are after pgbench was run for long: each account has moved, and the history
-- tells of it. Begins with the empty tables of `pgbench -i -I dt`.
SELECT setseed(0.42);
BEGIN;
INSERT INTO pgbench_branches (bid, bbalance) SELECT i, (random() * 1e6)::int FROM generate_series(1, :scale) AS i;
INSERT INTO pgbench_tellers (tid, bid, tbalance) SELECT i, 1 + (i - 1) / 10, (random() * 1e5)::int FROM generate_series(1, :scale * 10) AS i;
INSERT INTO pgbench_accounts (aid, bid, abalance, filler)
SELECT i, 1 + (i - 1) / 100000, (random() * 10000 - 5000)::int, '' FROM generate_series(1, :scale * 100000) AS i;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime)
SELECT 1 + (random() * (:scale * 10 - 1))::int, 1 + (random() * (:scale - 1))::int, 1 + (random() * (:scale * 100000 - 1))::int, (random() * 10000 - 5000)::int,
  timestamp '2026-01-01' + i * interval '0.7 milliseconds'
FROM generate_series(1, :scale * 33000) AS i;
COMMIT;
