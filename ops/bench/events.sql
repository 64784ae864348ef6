-- Web events, :rows of them: timestamps, UUIDs, paths, JSON; hardly two alike.
SELECT setseed(0.42);
BEGIN;
CREATE TABLE events (
  id bigint NOT NULL,
  at timestamptz NOT NULL,
  visitor uuid NOT NULL,
  request uuid NOT NULL,
  path text NOT NULL,
  status smallint NOT NULL,
  took double precision NOT NULL,
  agent text NOT NULL,
  detail jsonb NOT NULL
);
INSERT INTO events
SELECT
  i,
  timestamptz '2026-01-01 00:00+00' + i * interval '1.37 seconds' + random() * interval '1 second',
  md5('visitor' || (random() * 200000)::int)::uuid,
  h::uuid,
  '/' || (ARRAY['shop', 'cart', 'help', 'account', 'search', 'api/v2/items', 'api/v2/orders'])[1 + (random() * 6)::int] || '/' || (random() * 100000)::int,
  (ARRAY[200, 200, 200, 200, 200, 200, 304, 404, 500])[1 + (random() * 8)::int],
  random() * 1000,
  'Mozilla/5.0 (X11; Linux x86_64; rv:' || 100 + (random() * 40)::int || '.0) Gecko/20100101 Firefox/' || 100 + (random() * 40)::int || '.0',
  jsonb_build_object('session', substr(h, 1, 16), 'referrer', 'https://example.org/' || substr(h, 17, 6), 'ip', '10.' || (random() * 255)::int || '.' || (random() * 255)::int || '.7',
    'cart', jsonb_build_array((random() * 1000)::int, (random() * 1000)::int), 'logged_in', random() < 0.3)
FROM (SELECT i, md5('event' || i) AS h FROM generate_series(1, :rows) AS i) AS n;
ALTER TABLE events ADD PRIMARY KEY (id);
COMMIT;
