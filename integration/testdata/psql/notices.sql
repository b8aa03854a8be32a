-- notices, warnings and hints as psql shows them
create table if not exists noticed (ts timestamptz, a int primary key);
create table if not exists noticed (ts timestamptz);
drop table if exists nothing_there;
commit;
set client_min_messages to error;
drop table if exists nothing_there;
reset client_min_messages;
select lvel from stream;
select nope from stream;
selct 1;
update stream set level = 'x';
drop table noticed;
