-- The key store's database: keys wrapped under the cell's KEK. Leave it out of backups and of archived write-ahead logs:
-- what is deleted here must not come back with a restored copy.
-- Applied by the owner of the database through `migrate`, in one transaction; roles.sql comes before.
CREATE TABLE wrapped_key (
    handle varchar(64) PRIMARY KEY,
    wrapped bytea NOT NULL
)
-- A destroyed key's row is cleared at the next round, not after many.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);

-- Nobody has a right that is not given here.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lethe_keys;
GRANT SELECT ON schema_version TO lethe_keys;
GRANT SELECT, INSERT, DELETE ON wrapped_key TO lethe_keys;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO lethe_keys', current_database());
END
$$;
