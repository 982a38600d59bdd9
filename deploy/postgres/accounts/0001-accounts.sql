-- The accounts of one cell's people, the entries of their tokens, and the keys behind them: everything that knows who somebody is.
-- Applied by the owner of the schema through Control's `migrate`, in one transaction; roles.sql comes before. The database may be one
-- of its own, which is better, or the identity plane's.
-- One person each. The id is random and is the sub of its tokens; email and normalized_email are ciphertext.
CREATE TABLE accounts.account (
    id text NOT NULL,
    tenant_id varchar(64),
    staff boolean NOT NULL,
    language varchar(2) NOT NULL,
    status integer NOT NULL,
    created_at timestamptz NOT NULL,
    user_name varchar(256),
    normalized_user_name varchar(256),
    email varchar(512),
    normalized_email varchar(512),
    email_confirmed boolean NOT NULL,
    password_hash text,
    security_stamp text,
    concurrency_stamp text,
    CONSTRAINT pk_account PRIMARY KEY (id)
);

-- Failed passwords per address typed, under a keyed hash of it, whether it has an account or not.
CREATE TABLE accounts.attempt (
    address_hash varchar(64) NOT NULL,
    failures integer NOT NULL,
    locked_until timestamptz,
    last_at timestamptz NOT NULL,
    CONSTRAINT pk_attempt PRIMARY KEY (address_hash)
);

-- Keys of cookies and forms, wrapped under the KEK.
CREATE TABLE accounts.data_protection_key (
    name varchar(64) NOT NULL,
    wrapped bytea NOT NULL,
    kek_id varchar(8) NOT NULL,
    destroy_after timestamptz NOT NULL,
    CONSTRAINT pk_data_protection_key PRIMARY KEY (name)
);

-- Clients of the OpenID Connect server, as configured.
CREATE TABLE accounts.oidc_client (
    id text NOT NULL,
    application_type varchar(50),
    client_id varchar(100),
    client_secret text,
    client_type varchar(50),
    concurrency_token varchar(50),
    consent_type varchar(50),
    display_name text,
    display_names text,
    json_web_key_set text,
    permissions text,
    post_logout_redirect_uris text,
    properties text,
    redirect_uris text,
    requirements text,
    settings text,
    CONSTRAINT pk_oidc_client PRIMARY KEY (id)
);

-- Empty: scopes are built in.
CREATE TABLE accounts.oidc_scope (
    id text NOT NULL,
    concurrency_token varchar(50),
    description text,
    descriptions text,
    display_name text,
    display_names text,
    name varchar(200),
    properties text,
    resources text,
    CONSTRAINT pk_oidc_scope PRIMARY KEY (id)
);

-- What tenants decided about their people's sign-in.
CREATE TABLE accounts.sign_in_settings (
    tenant_id varchar(64) NOT NULL,
    device_flow boolean NOT NULL,
    CONSTRAINT pk_sign_in_settings PRIMARY KEY (tenant_id)
);

-- Keys that sign and encrypt tokens, wrapped under the KEK.
CREATE TABLE accounts.token_key (
    id varchar(64) NOT NULL,
    use varchar(3) NOT NULL,
    generation integer NOT NULL,
    wrapped bytea NOT NULL,
    kek_id varchar(8) NOT NULL,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    destroy_after timestamptz NOT NULL,
    CONSTRAINT pk_token_key PRIMARY KEY (id)
);

-- Mailed links that are still good, under a digest of their code; new_email is ciphertext.
CREATE TABLE accounts.link (
    code_hash varchar(64) NOT NULL,
    account_id text NOT NULL,
    purpose integer NOT NULL,
    expires_at timestamptz NOT NULL,
    new_email text,
    CONSTRAINT pk_link PRIMARY KEY (code_hash),
    CONSTRAINT fk_link_account_account_id FOREIGN KEY (account_id) REFERENCES accounts.account (id) ON DELETE CASCADE
);

-- Public keys of passkeys (WebAuthn); their names are ciphertext.
CREATE TABLE accounts.passkey (
    credential_id bytea NOT NULL,
    user_id text NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT pk_passkey PRIMARY KEY (credential_id),
    CONSTRAINT fk_passkey_account_user_id FOREIGN KEY (user_id) REFERENCES accounts.account (id) ON DELETE CASCADE
);

-- A signed-in client each.
CREATE TABLE accounts.oidc_authorization (
    id text NOT NULL,
    application_id text,
    concurrency_token varchar(50),
    creation_date timestamptz,
    properties text,
    scopes text,
    status varchar(50),
    subject varchar(400),
    type varchar(50),
    CONSTRAINT pk_oidc_authorization PRIMARY KEY (id),
    CONSTRAINT fk_oidc_authorization_oidc_client_application_id FOREIGN KEY (application_id) REFERENCES accounts.oidc_client (id)
);

-- Entries of tokens, deleted a day after their end; payloads are encrypted, reference ids are digests.
CREATE TABLE accounts.oidc_token (
    id text NOT NULL,
    application_id text,
    authorization_id text,
    concurrency_token varchar(50),
    creation_date timestamptz,
    expiration_date timestamptz,
    payload text,
    properties text,
    redemption_date timestamptz,
    reference_id varchar(100),
    status varchar(50),
    subject varchar(400),
    type varchar(150),
    CONSTRAINT pk_oidc_token PRIMARY KEY (id),
    CONSTRAINT fk_oidc_token_oidc_authorization_authorization_id FOREIGN KEY (authorization_id) REFERENCES accounts.oidc_authorization (id),
    CONSTRAINT fk_oidc_token_oidc_client_application_id FOREIGN KEY (application_id) REFERENCES accounts.oidc_client (id)
);
CREATE UNIQUE INDEX ix_account_normalized_email ON accounts.account (normalized_email);
CREATE UNIQUE INDEX ix_account_normalized_user_name ON accounts.account (normalized_user_name);
CREATE INDEX ix_account_tenant_id ON accounts.account (tenant_id);
CREATE INDEX ix_link_account_id_purpose ON accounts.link (account_id, purpose);
CREATE INDEX ix_oidc_authorization_application_id_status_subject_type ON accounts.oidc_authorization (application_id, status, subject, type);
CREATE UNIQUE INDEX ix_oidc_client_client_id ON accounts.oidc_client (client_id);
CREATE UNIQUE INDEX ix_oidc_scope_name ON accounts.oidc_scope (name);
CREATE INDEX ix_oidc_token_application_id_status_subject_type ON accounts.oidc_token (application_id, status, subject, type);
CREATE INDEX ix_oidc_token_authorization_id ON accounts.oidc_token (authorization_id);
CREATE UNIQUE INDEX ix_oidc_token_reference_id ON accounts.oidc_token (reference_id);
CREATE INDEX ix_passkey_user_id ON accounts.passkey (user_id);
CREATE UNIQUE INDEX ix_token_key_use_generation ON accounts.token_key (use, generation);

-- Nobody has a right that is not given here. Silos and the ledger's readers have none.
REVOKE ALL ON SCHEMA public, accounts FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA accounts FROM PUBLIC;
GRANT USAGE ON SCHEMA accounts TO lethe_identity_accounts;
GRANT SELECT ON accounts.schema_version TO lethe_identity_accounts;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON accounts.account,
        accounts.attempt,
        accounts.data_protection_key,
        accounts.oidc_client,
        accounts.oidc_scope,
        accounts.sign_in_settings,
        accounts.token_key,
        accounts.link,
        accounts.passkey,
        accounts.oidc_authorization,
        accounts.oidc_token
    TO lethe_identity_accounts;
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO lethe_identity_accounts', current_database());
END
$$;
