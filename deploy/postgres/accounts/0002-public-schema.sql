-- Nobody needs the schema that PostgreSQL opens to everybody.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
