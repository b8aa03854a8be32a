-- What psql looks at in the scripts beside this one; runs on PostgreSQL as well.
SET client_min_messages TO warning;
CREATE SCHEMA logs;
CREATE TABLE public.events (
  ts timestamptz NOT NULL DEFAULT now(),
  id text,
  level text,
  message text DEFAULT 'none',
  service text,
  duration_ms double precision,
  status integer NOT NULL DEFAULT 200,
  properties jsonb,
  tags text[]
);
COMMENT ON TABLE public.events IS 'what happened';
COMMENT ON COLUMN public.events.ts IS 'event time';
CREATE VIEW public.errors AS SELECT ts, level, message FROM public.events WHERE level = 'Error';
CREATE TABLE logs.nginx (ts timestamptz NOT NULL DEFAULT now(), level text, path varchar(100), bytes bigint, pct numeric(5,2));
INSERT INTO public.events (ts, id, level, message, service, duration_ms, status, properties, tags)
  SELECT '2026-03-01T00:00:00Z'::timestamptz + g * interval '1 minute', 'e' || g, CASE g % 4 WHEN 0 THEN 'Debug' WHEN 1 THEN 'Information' WHEN 2 THEN 'Warning' ELSE 'Error' END,
    'message ' || g, 'svc' || (g % 3), g * 1.5, 200 + g % 5, jsonb_build_object('N', g), ARRAY['a', 'b' || g]
  FROM generate_series(1, 1000) g;
INSERT INTO logs.nginx VALUES ('2026-03-01T00:00:00Z', 'Information', '/index.html', 1234, 99.50), ('2026-03-01T00:00:01Z', NULL, E'/a b\t', NULL, -1);
