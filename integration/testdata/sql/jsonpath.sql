select k, jsonb_path_query(properties, '$.*') from stream order by k limit 20;
select k, jsonb_path_query_array(properties, '$.* ? (@ > 1)'), properties @? '$.n ? (@ > 3)', properties @@ '$.n > 3' from stream order by k;
select * from jsonb_path_query('{"a":[1,2,3,4]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2,"max":3}');
select * from jsonb_path_query('{"a":[1,2]}', 'strict $.b', silent => true);
select * from jsonb_path_query('{"a":[1,2]}', 'strict $.b');
select '$.a[*]'::jsonpath, '$.a'::jsonpath::text, pg_typeof('$'::jsonpath), array['$.a', '$']::jsonpath[];
select jsonb_path_query_first('{"t":"2020-01-01"}', '$.t.datetime()'), jsonb_path_query_tz('["2020-01-01 10:00", "2020-01-01 10:00+02"]', '$[*].datetime("YYYY-MM-DD HH24:MI")');
-- params: {"a":[1,5]} | $.a[*] ? (@ > 2)
select jsonb_path_query_array($1, $2);
-- params: $.n ? (@ > 3)
select count(*) from stream where properties @? $1;
-- differs: keyvalue's ids are places in other forms of the document
select jsonb_path_query('{"a":{"b":1}}', '$.a.keyvalue()');
