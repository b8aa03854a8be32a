-- What pg15keywords.txt lists.
select word || ' ' || catcode::text || ' ' || barelabel::text::char(1) from pg_get_keywords();
