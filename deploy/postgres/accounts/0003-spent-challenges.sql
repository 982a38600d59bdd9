-- Questions that passkeys have answered, under a digest: none is answered twice. Deleted ten minutes later.
CREATE TABLE accounts.spent_challenge (
    hash varchar(64) NOT NULL,
    forget_at timestamptz NOT NULL,
    CONSTRAINT pk_spent_challenge PRIMARY KEY (hash)
);
REVOKE ALL ON accounts.spent_challenge FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON accounts.spent_challenge TO lethe_identity_accounts;
