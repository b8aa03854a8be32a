-- the stream that is always there, with properties
\copy stream (document) from stdin
{"@t":"2026-03-01T00:00:00Z","@l":"Information","@mt":"{Method} {Path}","Method":"GET","Path":"/","Elapsed":1.5,"User":{"id":7}}
{"@t":"2026-03-01T00:00:01Z","@l":"Error","@m":"failed","@x":"boom","StatusCode":500}
\.
\d stream
\d+ stream
\dt+ public.*
\d stream_errors
create index stream_errors on stream (timestamp) where level = 'Error';
\di+
\d stream_errors
\d stream
select * from stream order by timestamp;
select StatusCode from stream order by timestamp;
select Statuscod from stream;
\l
\l+
\dn+
\du
\dp stream
\dd
vacuum;
explain select Method from stream where StatusCode = 500;
drop index stream_errors;
