-- Run once per PostgreSQL server, as a superuser: the roles that hold rights. None of them can log in.
-- Each process gets a login of its own in exactly one of them, for example
--   CREATE ROLE content_eu LOGIN PASSWORD '…' IN ROLE lethe_content_silo;
-- and each database an owner of its own, who runs `migrate` and nothing else:
--   CREATE ROLE content_eu_owner LOGIN PASSWORD '…'; CREATE DATABASE content_eu OWNER content_eu_owner;
-- On PostgreSQL 13 and 14 the schema is not the owner's yet, and `migrate` asks for it. In each database:
--   ALTER SCHEMA public OWNER TO content_eu_owner;
-- An identity silo that has no QuotaConnectionString is in lethe_identity_silo and in lethe_identity_quota.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'lethe_content_silo',     -- session silos: membership and spent tokens
        'lethe_content_gateway',  -- Gateways: read membership
        'lethe_identity_silo',    -- records silos: states, reminders, membership; the ledger to append and to read
        'lethe_identity_quota',   -- records silos, provider "quota": tokens drawn
        'lethe_identity_control', -- Controls: read membership
        'lethe_identity_auditor', -- people who read the ledger of all tenants: the ledger, to read
        'lethe_identity_accounts', -- Controls, Accounts:Database: who has an account, and the tokens
        'lethe_keys'              -- records silos: wrapped keys
    ] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', wanted);
        END IF;
    END LOOP;
END
$$;
