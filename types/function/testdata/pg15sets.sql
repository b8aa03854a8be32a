-- What pg15sets.txt lists: PostgreSQL's functions that give rows, or records whose columns their OUT parameters or the call name.
select concat_ws(E'\t', oid, case when pronamespace = 11 then 'pg_catalog' else pronamespace::regnamespace::text end, proname,
  array_to_string(proargtypes::oid[], ' '), prorettype,
  provolatile::text || case when proisstrict then 's' else '' end || case when provariadic <> 0 then 'v' else '' end || case when proretset then 'r' else '' end,
  pronargdefaults,
  (select string_agg(n || ':' || t, ' ' order by i) from unnest(proallargtypes, proargmodes, proargnames) with ordinality as a(t, m, n, i) where m in ('o', 'b', 't')))
from pg_proc p
where pronamespace in (11, 'information_schema'::regnamespace) and prokind = 'f' and (proretset or prorettype = 2249 or proname in ('json_populate_record', 'jsonb_populate_record')) and proname !~ '^record_'
order by proname, p.oid;
