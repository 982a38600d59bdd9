-- Whoever reads the ledger beside its tenants sees nothing else: no account, no state, no quota.
GRANT USAGE ON SCHEMA public TO lethe_identity_auditor;
GRANT SELECT ON ledger TO lethe_identity_auditor;
DO $$
BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO lethe_identity_auditor', current_database());
END
$$;
