-- SQLite has no `truncate`; its `delete` of a whole table fires the triggers on rows. PostgreSQL needs this number.
select 1;
