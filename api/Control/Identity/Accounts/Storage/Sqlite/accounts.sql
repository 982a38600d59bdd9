-- The accounts database of the embedded default: the tables of deploy/postgres/accounts in a file.
-- One person each. The id is random and is the sub of its tokens; email and normalized_email are ciphertext.
CREATE TABLE account (
    id TEXT NOT NULL CONSTRAINT pk_account PRIMARY KEY,
    tenant_id TEXT NULL,
    staff INTEGER NOT NULL,
    language TEXT NOT NULL,
    status INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    user_name TEXT NULL,
    normalized_user_name TEXT NULL,
    email TEXT NULL,
    normalized_email TEXT NULL,
    email_confirmed INTEGER NOT NULL,
    password_hash TEXT NULL,
    security_stamp TEXT NULL,
    concurrency_stamp TEXT NULL
);

-- Failed passwords per address typed, under a keyed hash of it, whether it has an account or not.
CREATE TABLE attempt (
    address_hash TEXT NOT NULL CONSTRAINT pk_attempt PRIMARY KEY,
    failures INTEGER NOT NULL,
    locked_until TEXT NULL,
    last_at TEXT NOT NULL
);

-- Keys of cookies and forms, wrapped under the KEK.
CREATE TABLE data_protection_key (
    name TEXT NOT NULL CONSTRAINT pk_data_protection_key PRIMARY KEY,
    wrapped BLOB NOT NULL,
    kek_id TEXT NOT NULL,
    destroy_after TEXT NOT NULL
);

-- Clients of the OpenID Connect server, as configured.
CREATE TABLE oidc_client (
    id TEXT NOT NULL CONSTRAINT pk_oidc_client PRIMARY KEY,
    application_type TEXT NULL,
    client_id TEXT NULL,
    client_secret TEXT NULL,
    client_type TEXT NULL,
    concurrency_token TEXT NULL,
    consent_type TEXT NULL,
    display_name TEXT NULL,
    display_names TEXT NULL,
    json_web_key_set TEXT NULL,
    permissions TEXT NULL,
    post_logout_redirect_uris TEXT NULL,
    properties TEXT NULL,
    redirect_uris TEXT NULL,
    requirements TEXT NULL,
    settings TEXT NULL
);

-- Empty: scopes are built in.
CREATE TABLE oidc_scope (
    id TEXT NOT NULL CONSTRAINT pk_oidc_scope PRIMARY KEY,
    concurrency_token TEXT NULL,
    description TEXT NULL,
    descriptions TEXT NULL,
    display_name TEXT NULL,
    display_names TEXT NULL,
    name TEXT NULL,
    properties TEXT NULL,
    resources TEXT NULL
);

-- Questions that passkeys have answered, under a digest: none is answered twice. Deleted ten minutes later.
CREATE TABLE spent_challenge (
    hash TEXT NOT NULL CONSTRAINT pk_spent_challenge PRIMARY KEY,
    forget_at TEXT NOT NULL
);

-- What tenants decided about their people's sign-in.
CREATE TABLE sign_in_settings (
    tenant_id TEXT NOT NULL CONSTRAINT pk_sign_in_settings PRIMARY KEY,
    device_flow INTEGER NOT NULL
);

-- Keys that sign and encrypt tokens, wrapped under the KEK.
CREATE TABLE token_key (
    id TEXT NOT NULL CONSTRAINT pk_token_key PRIMARY KEY,
    use TEXT NOT NULL,
    generation INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    kek_id TEXT NOT NULL,
    not_before TEXT NOT NULL,
    not_after TEXT NOT NULL,
    destroy_after TEXT NOT NULL
);

-- Mailed links that are still good, under a digest of their code; new_email is ciphertext.
CREATE TABLE link (
    code_hash TEXT NOT NULL CONSTRAINT pk_link PRIMARY KEY,
    account_id TEXT NOT NULL,
    purpose INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    mail_after TEXT NULL, -- from when on the mail is sent again; null once it was handed over
    new_email TEXT NULL,
    CONSTRAINT fk_link_account_account_id FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
);

-- Public keys of passkeys (WebAuthn); their names are ciphertext.
CREATE TABLE passkey (
    credential_id BLOB NOT NULL CONSTRAINT pk_passkey PRIMARY KEY,
    user_id TEXT NOT NULL,
    data TEXT NOT NULL,
    CONSTRAINT fk_passkey_account_user_id FOREIGN KEY (user_id) REFERENCES account (id) ON DELETE CASCADE
);

-- A signed-in client each.
CREATE TABLE oidc_authorization (
    id TEXT NOT NULL CONSTRAINT pk_oidc_authorization PRIMARY KEY,
    application_id TEXT NULL,
    concurrency_token TEXT NULL,
    creation_date TEXT NULL,
    properties TEXT NULL,
    scopes TEXT NULL,
    status TEXT NULL,
    subject TEXT NULL,
    type TEXT NULL,
    CONSTRAINT fk_oidc_authorization_oidc_client_application_id FOREIGN KEY (application_id) REFERENCES oidc_client (id)
);

-- Entries of tokens, deleted a day after their end; payloads are encrypted, reference ids are digests.
CREATE TABLE oidc_token (
    id TEXT NOT NULL CONSTRAINT pk_oidc_token PRIMARY KEY,
    application_id TEXT NULL,
    authorization_id TEXT NULL,
    concurrency_token TEXT NULL,
    creation_date TEXT NULL,
    expiration_date TEXT NULL,
    payload TEXT NULL,
    properties TEXT NULL,
    redemption_date TEXT NULL,
    reference_id TEXT NULL,
    status TEXT NULL,
    subject TEXT NULL,
    type TEXT NULL,
    CONSTRAINT fk_oidc_token_oidc_authorization_authorization_id FOREIGN KEY (authorization_id) REFERENCES oidc_authorization (id),
    CONSTRAINT fk_oidc_token_oidc_client_application_id FOREIGN KEY (application_id) REFERENCES oidc_client (id)
);
CREATE UNIQUE INDEX ix_account_normalized_email ON account (normalized_email);
CREATE UNIQUE INDEX ix_account_normalized_user_name ON account (normalized_user_name);
CREATE INDEX ix_account_tenant_id ON account (tenant_id);
CREATE INDEX ix_link_account_id_purpose ON link (account_id, purpose);
CREATE INDEX ix_oidc_authorization_application_id_status_subject_type ON oidc_authorization (application_id, status, subject, type);
CREATE UNIQUE INDEX ix_oidc_client_client_id ON oidc_client (client_id);
CREATE UNIQUE INDEX ix_oidc_scope_name ON oidc_scope (name);
CREATE INDEX ix_oidc_token_application_id_status_subject_type ON oidc_token (application_id, status, subject, type);
CREATE INDEX ix_oidc_token_authorization_id ON oidc_token (authorization_id);
CREATE UNIQUE INDEX ix_oidc_token_reference_id ON oidc_token (reference_id);
CREATE INDEX ix_passkey_user_id ON passkey (user_id);
CREATE UNIQUE INDEX ix_token_key_use_generation ON token_key (use, generation);
