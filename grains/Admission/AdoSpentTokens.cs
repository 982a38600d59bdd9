using System.Data;
using System.Data.Common;
using Lethe.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Admission;

/// <summary>
/// Spent tokens in one table, one row per token. The primary key decides who was first, in every silo and across every crash:
/// a token counts as spent when its row is durable, and only its writer opens a session.
/// </summary>
internal sealed partial class AdoSpentTokens(
    DbDataSource source,
    SpentTokenStore store,
    TimeProvider clock,
    IOptions<AdmissionOptions> options,
    ILogger<AdoSpentTokens> logger
) : ISpentTokens, IDisposable
{
    // Whether the row is new is told by the row itself. The number of affected rows would not do: SQLite adds to it what an
    // earlier statement of the same connection changed, so that a fresh token looked spent and a spent one fresh.
    private const string Insert =
        "INSERT INTO spent_token (epoch, nonce_hash) VALUES (@epoch, @nonce_hash) ON CONFLICT DO NOTHING RETURNING epoch;";

    // Whatever the connection was set up for: here a commit is on the disk before it is answered.
    private readonly string durableInsert = store switch
    {
        SpentTokenStore.Sqlite => "PRAGMA synchronous = FULL;" + Insert,
        SpentTokenStore.PostgreSql => "SET synchronous_commit = on;" + Insert,
        _ => throw new ArgumentOutOfRangeException(nameof(store)),
    };

    // SQLite has one writer and blocks the thread of whoever waits for it: wait here instead, where no thread is held.
    private readonly SemaphoreSlim? writer = store == SpentTokenStore.Sqlite ? new SemaphoreSlim(1) : null;

    /// <inheritdoc/>
    public async Task<SpendResult> SpendAsync(long epoch, ReadOnlyMemory<byte> nonceHash, CancellationToken cancellationToken)
    {
        if (epoch <= (clock.GetUtcNow() - options.Value.RedeemableFor).ToUnixTimeSeconds())
        {
            return SpendResult.EpochOver;
        }
        if (writer is not null && !await writer.WaitAsync(options.Value.Timeout, cancellationToken))
        {
            return SpendResult.Unavailable;
        }
        try
        {
            cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
            return await InsertAsync(epoch, nonceHash) == 1 ? SpendResult.Spent : SpendResult.SpentBefore;
        }
        catch (Exception fault) when (fault is DbException or TimeoutException)
        {
            // Written or not: nobody can tell, so nobody may use it.
            LogSpendFailed(fault.GetType().Name);
            return SpendResult.Unavailable;
        }
        finally
        {
            _ = writer?.Release();
        }
    }

    /// <summary>Deletes the tokens of epochs that are over for good.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How many.</returns>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        long before = (clock.GetUtcNow() - options.Value.RememberedFor).ToUnixTimeSeconds();
        if (writer is not null)
        {
            await writer.WaitAsync(cancellationToken);
        }
        try
        {
            await using DbCommand command = source.CreateCommand("DELETE FROM spent_token WHERE epoch <= @epoch");
            command.CommandTimeout = (int)options.Value.Timeout.TotalSeconds;
            Add(command, "epoch", DbType.Int64, before);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            _ = writer?.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => writer?.Dispose();

    private static void Add(DbCommand command, string name, DbType type, object value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value;
        _ = command.Parameters.Add(parameter);
    }

    private async Task<int> InsertAsync(long epoch, ReadOnlyMemory<byte> nonceHash)
    {
        await using DbCommand command = source.CreateCommand(durableInsert);
        command.CommandTimeout = (int)options.Value.Timeout.TotalSeconds;
        Add(command, "epoch", DbType.Int64, epoch);
        Add(command, "nonce_hash", DbType.Binary, nonceHash.ToArray());
        await using DbDataReader reader = await command.ExecuteReaderAsync(CancellationToken.None);
        int rows = 0;
        do
        {
            while (await reader.ReadAsync(CancellationToken.None))
            {
                rows++;
            }
        } while (await reader.NextResultAsync(CancellationToken.None)); // to the end: a commit that fails is heard of there
        return rows;
    }

    [LoggerMessage(EventIds.SpendFailed, LogLevel.Error, "The store of spent tokens failed: {ExceptionType}")]
    private partial void LogSpendFailed(string exceptionType);
}
