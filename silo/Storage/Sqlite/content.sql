-- The content plane's database, embedded default: spent tokens and nothing else. Membership is in memory.
CREATE TABLE spent_token (
    epoch INTEGER NOT NULL,
    nonce_hash BLOB NOT NULL CHECK (length(nonce_hash) = 32),
    PRIMARY KEY (epoch, nonce_hash)
) STRICT, WITHOUT ROWID;
