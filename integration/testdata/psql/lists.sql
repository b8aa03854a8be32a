-- lists of what is here and not in PostgreSQL, or not all of it
\d
\dt
\dn
\dx
\db
\dL
\dA
\dO *POSIX*
\set VERBOSITY verbose
select 'a'::int;
\set VERBOSITY default
prepare p(int) as select $1 + 1 as n;
execute p('x');
\copy events (nothing) from stdin
\copy nothing to stdout
\dtvs
\dt public.*
\d+ errors
\sv errors
\sv+ errors
\du
\dg
\du+
\dg flare
\df pg_catalog.lower
\da pg_catalog.max
\dconfig work_mem
\da pg_catalog.percentile_cont
\da count
