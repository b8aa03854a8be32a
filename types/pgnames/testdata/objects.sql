-- What objects.txt lists: the objects that PostgreSQL's own catalogs name, each line with the class that it is of in front. What
-- initdb finds on the machine (its collations) is not among them, nor are the bodies of functions in SQL.
select line from (
select 1 as part, oid as id, concat_ws(E'\t', 'namespace', oid, nspname) as line from pg_namespace where oid < 16384
union all
select 2, t.oid, concat_ws(E'\t', 'type', t.oid, nspname, typname, typtype, typrelid, format_type(t.oid, null)) from pg_type t join pg_namespace n on n.oid = typnamespace
union all
select 3, p.oid, concat_ws(E'\t', 'function', p.oid, nspname, proname, array_to_string(proargtypes::oid[], ' '), prorettype,
  prokind::text || provolatile::text || proparallel::text || case when proisstrict then 'S' else '' end || case when proretset then 'R' else '' end ||
  case when proleakproof then 'L' else '' end || case when prosecdef then 'D' else '' end,
  provariadic, prolang, procost, prorows, prosupport::oid,
  coalesce(array_to_string(proallargtypes, ' '), ''), coalesce(array_to_string(proargmodes, ''), ''), coalesce(array_to_string(proargnames, ' ', ''), ''),
  (select coalesce(string_agg(pg_get_function_arg_default(p.oid, i), '|' order by i), '') from generate_series(pronargs - pronargdefaults + 1, pronargs) i),
  case when prolang = 14 and n.nspname = 'pg_catalog' then '' else replace(replace(prosrc, E'\n', '\n'), E'\t', '\t') end, coalesce(probin, '')) from pg_proc p join pg_namespace n on n.oid = pronamespace
union all
select 4, o.oid, concat_ws(E'\t', 'operator', o.oid, oprname, oprleft, oprright, oprresult, oprcode::oid, oprcom, oprnegate, oprrest::oid, oprjoin::oid,
  case when oprcanmerge then 'm' else '' end || case when oprcanhash then 'h' else '' end) from pg_operator o
union all
select 5, oid, concat_ws(E'\t', 'collation', oid, collname) from pg_collation where collname in ('default', 'C', 'POSIX', 'ucs_basic')
union all
select 6, oid, concat_ws(E'\t', 'config', oid, cfgname) from pg_ts_config
union all
select 7, oid, concat_ws(E'\t', 'dictionary', oid, dictname) from pg_ts_dict
union all
select 8, oid, concat_ws(E'\t', 'parser', oid, prsname) from pg_ts_parser
union all
select 9, oid, concat_ws(E'\t', 'template', oid, tmplname) from pg_ts_template
union all
select 10, oid, concat_ws(E'\t', 'method', oid, amname) from pg_am
union all
select 11, oid, concat_ws(E'\t', 'opclass', oid, opcname, opcmethod, opcintype) from pg_opclass
union all
select 12, oid, concat_ws(E'\t', 'opfamily', oid, opfname, opfmethod) from pg_opfamily
union all
select 13, oid, concat_ws(E'\t', 'conversion', oid, conname) from pg_conversion
union all
select 14, oid, concat_ws(E'\t', 'language', oid, lanname) from pg_language where oid < 16384
union all
select 15, oid, concat_ws(E'\t', 'tablespace', oid, spcname) from pg_tablespace
) l order by part, id;
