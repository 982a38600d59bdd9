using System.Data.Common;
using Lethe.Records.Storage;

namespace Lethe.Silo.Storage;

/// <summary>
/// Rows are overwritten when they are deleted (<c>secure_delete</c>); this carries the overwriting from the write-ahead log
/// into the file and cuts the log to nothing.
/// </summary>
internal sealed class SqliteErasure(DbDataSource database, TimeProvider clock) : IStorageErasure
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private const int Attempts = 250; // five seconds: readers of this process hold the log for milliseconds

    /// <inheritdoc/>
    public async Task EraseTracesAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            await using (DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                if (await reader.ReadAsync(cancellationToken) && reader.GetInt32(0) == 0)
                {
                    return;
                }
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }

        throw new TimeoutException("The write-ahead log could not be emptied.");
    }
}

/// <summary>
/// PostgreSQL: nothing to do at once. Dead rows stay until VACUUM (autovacuum takes this table often, see the schema) and in
/// the log until it is recycled or its archive expires; they are ciphertext whose key the key store has destroyed.
/// </summary>
internal sealed class PostgreSqlErasure : IStorageErasure
{
    /// <inheritdoc/>
    public Task EraseTracesAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
