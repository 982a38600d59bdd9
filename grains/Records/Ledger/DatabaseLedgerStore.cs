using System.Data;
using System.Data.Common;
using System.Globalization;
using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;

namespace Lethe.Records.Ledger;

/// <summary>The table <c>ledger</c>, in PostgreSQL or SQLite: the statements are the same in both.</summary>
/// <param name="database">The identity plane's database.</param>
internal sealed class DatabaseLedgerStore(DbDataSource database) : ILedgerStore
{
    private const string Columns = "seq, at, event, actor, subject, detail, previous_hash, hash";
    private const string RolesPrefix = "roles:";

    /// <inheritdoc/>
    public async Task<LedgerRow?> FindLastAsync(string tenant, CancellationToken cancellationToken)
    {
        IReadOnlyList<LedgerRow> rows = await QueryAsync(
            $"SELECT {Columns} FROM ledger WHERE tenant = @tenant ORDER BY seq DESC LIMIT 1",
            tenant,
            static _ => { },
            cancellationToken
        );
        return rows.Count == 0 ? null : rows[0];
    }

    /// <inheritdoc/>
    public async Task<bool> TryAppendAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO ledger (tenant, {Columns})
            VALUES (@tenant, @seq, @at, @event, @actor, @subject, @detail, @previous_hash, @hash)
            ON CONFLICT DO NOTHING
            """;
        LedgerEntry entry = row.Entry;
        Add(command, "tenant", DbType.String, row.Tenant);
        Add(command, "seq", DbType.Int64, row.Sequence);
        Add(command, "at", DbType.Int64, row.At.ToUnixTimeMilliseconds());
        Add(command, "event", DbType.Int32, (int)entry.Event);
        Add(command, "actor", DbType.String, entry.Actor?.Value);
        Add(command, "subject", DbType.String, entry.Subject);
        Add(command, "detail", DbType.String, Detail(entry));
        Add(command, "previous_hash", DbType.Binary, row.PreviousHash.ToArray());
        Add(command, "hash", DbType.Binary, row.Hash.ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerRow>> ReadAsync(string tenant, long from, int count, CancellationToken cancellationToken) =>
        QueryAsync(
            $"SELECT {Columns} FROM ledger WHERE tenant = @tenant AND seq >= @from ORDER BY seq LIMIT @count",
            tenant,
            command =>
            {
                Add(command, "from", DbType.Int64, from);
                Add(command, "count", DbType.Int32, count);
            },
            cancellationToken
        );

    private async Task<IReadOnlyList<LedgerRow>> QueryAsync(
        string sql,
        string tenant,
        Action<DbCommand> parameters,
        CancellationToken cancellationToken
    )
    {
        await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is one of three constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        Add(command, "tenant", DbType.String, tenant);
        parameters(command);
        List<LedgerRow> rows = [];
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Read(tenant, reader));
        }

        return rows;
    }

    private static LedgerRow Read(string tenant, DbDataReader reader)
    {
        LedgerEntry entry = new(
            (LedgerEvent)reader.GetInt32(2),
            reader.IsDBNull(3) || !AccountId.TryParse(reader.GetString(3), out AccountId actor) ? null : actor,
            reader.IsDBNull(4) ? null : reader.GetString(4),
            reader.IsDBNull(5) || !RegionNames.TryParse(reader.GetString(5), out Region region) ? null : region,
            reader.IsDBNull(5) || !ViewReasonNames.TryParse(reader.GetString(5), out ViewReason reason) ? null : reason,
            reader.IsDBNull(5) ? null : ReadRoles(reader.GetString(5))
        );
        return new LedgerRow(
            tenant,
            reader.GetInt64(0),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)),
            entry,
            reader.GetFieldValue<byte[]>(6),
            reader.GetFieldValue<byte[]>(7)
        );
    }

    // One of three, by its form: a region's name, a reason's, or "roles:" and their number.
    private static string? Detail(LedgerEntry entry) =>
        entry switch
        {
            { Region: { } region } => region.ToName(),
            { Reason: { } reason } => reason.ToName(),
            { Roles: { } roles } => RolesPrefix + ((int)roles).ToString(CultureInfo.InvariantCulture),
            _ => null,
        };

    private static Role? ReadRoles(string detail) =>
        detail.StartsWith(RolesPrefix, StringComparison.Ordinal)
        && int.TryParse(detail.AsSpan(RolesPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int roles)
            ? (Role)roles
            : null;

    private static void Add(DbCommand command, string name, DbType type, object? value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}
