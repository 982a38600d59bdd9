namespace Lethe.Admission;

/// <summary>What differs between the databases that keep spent tokens.</summary>
public enum SpentTokenStore
{
    /// <summary>SQLite, one writer at a time: the embedded default.</summary>
    Sqlite = 1,

    /// <summary>PostgreSQL.</summary>
    PostgreSql = 2,
}

/// <summary>The schema of spent tokens. PostgreSQL's stands in <c>deploy/postgres</c>.</summary>
public static class SpentTokenSchema
{
    /// <summary>The one table, in SQLite. Safe to repeat.</summary>
    public const string Sqlite = """
        CREATE TABLE IF NOT EXISTS spent_token (
            epoch INTEGER NOT NULL,
            nonce_hash BLOB NOT NULL CHECK (length(nonce_hash) = 32),
            PRIMARY KEY (epoch, nonce_hash)
        ) STRICT, WITHOUT ROWID;
        """;
}
