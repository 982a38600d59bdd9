using System.Data.Common;

namespace Lethe.Silo.Management;

/// <summary>Ready: the silo has joined its cluster, is not stopping, and its database answers.</summary>
internal sealed class Readiness(IHostApplicationLifetime lifetime, DbDataSource database)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks.</summary>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Whether calls may come.</returns>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (!lifetime.ApplicationStarted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await using DbConnection connection = await database.OpenConnectionAsync(patience.Token);
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            return await command.ExecuteScalarAsync(patience.Token) is not null;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
