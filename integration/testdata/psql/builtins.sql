-- without the descriptions that PostgreSQL has of its own objects
\do pg_catalog.~
\do ->>
\do || text
\dC jsonb
\dC int4
\dT int4
\dT text
\dT timestamptz
\dT jsonb
\dT "char"
\dT interval
\dT inet
\dTS int8range
