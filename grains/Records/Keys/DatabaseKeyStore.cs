using System.Data;
using System.Data.Common;

namespace Lethe.Records.Keys;

/// <summary>
/// The table <c>wrapped_key</c> of a database of its own, which is left out of backups and log archives. A destroyed row is
/// gone for every reader at once; what the file system still holds until VACUUM is wrapped under the KEK.
/// </summary>
/// <param name="database">The key store's database.</param>
/// <param name="kek">The key that wraps.</param>
internal sealed class DatabaseKeyStore(DbDataSource database, Kek kek) : IKeyStore
{
    /// <inheritdoc/>
    public async Task PutAsync(string handle, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        KeyHandles.Check(handle);
        KeyHandles.Check(key);
        cancellationToken.ThrowIfCancellationRequested();
        await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO wrapped_key (handle, wrapped) VALUES (@handle, @wrapped) ON CONFLICT DO NOTHING";
        Add(command, "handle", DbType.String, handle);
        Add(command, "wrapped", DbType.Binary, kek.Wrap(handle, key.Span));
        if (await command.ExecuteNonQueryAsync(CancellationToken.None) != 1)
        {
            throw KeyHandles.Taken();
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> FindAsync(string handle, CancellationToken cancellationToken)
    {
        KeyHandles.Check(handle);
        await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT wrapped FROM wrapped_key WHERE handle = @handle";
        Add(command, "handle", DbType.String, handle);
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] wrapped ? kek.Unwrap(handle, wrapped) : null;
    }

    /// <inheritdoc/>
    public async Task DestroyAsync(string handle, CancellationToken cancellationToken)
    {
        KeyHandles.Check(handle);
        cancellationToken.ThrowIfCancellationRequested();
        await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "DELETE FROM wrapped_key WHERE handle = @handle";
        Add(command, "handle", DbType.String, handle);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static void Add(DbCommand command, string name, DbType type, object value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
