\df pg_catalog.abs
\df pg_catalog.date_trunc
\df pg_catalog.jsonb_each
\df pg_catalog.generate_series
\df now
\df quote_ident
\sf pg_catalog.abs
