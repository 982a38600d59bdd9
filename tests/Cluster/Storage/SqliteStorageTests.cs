using System.Data.Common;
using System.Text;
using Lethe.ClusterTests.Silo;
using Lethe.Records.Storage;
using Lethe.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Xunit;

namespace Lethe.ClusterTests.Storage;

public sealed class SqliteSilo : IAsyncLifetime
{
    public TempFolder Folder { get; } = new();

    public RunningSilo Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(Folder, "identity"));

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        Folder.Dispose();
    }
}

public sealed class SqliteStorageTests(SqliteSilo sqlite) : StorageTests, IClassFixture<SqliteSilo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected override RunningSilo Silo => sqlite.Silo;

    [Fact]
    public async Task ClearedState_AfterErasure_IsInNoFile()
    {
        IGrainStorage storage = Silo.Storage("records");
        string needle = $"needle-{Guid.NewGuid():N}";
        GrainId[] ids = [.. Enumerable.Range(0, 8).Select(number => GrainId.Create("probe", $"t/{Guid.NewGuid():N}"))];
        List<GrainState<Probe>> states = [];
        foreach (GrainId id in ids)
        {
            GrainState<Probe> state = new(new Probe(string.Concat(Enumerable.Repeat(needle, 2000)))); // many pages each
            await storage.WriteStateAsync("probe", id, state);
            state.State = new Probe(needle); // shrinks: pages become free
            await storage.WriteStateAsync("probe", id, state);
            states.Add(state);
        }

        Assert.True(Holds(needle));
        for (int index = 0; index < ids.Length; index++)
        {
            await storage.ClearStateAsync("probe", ids[index], states[index]);
        }

        await Silo.Host.Services.GetRequiredService<IStorageErasure>().EraseTracesAsync(Cancellation);
        Assert.False(Holds(needle));
        Assert.Equal(0, new FileInfo(sqlite.Folder.File("identity.db-wal")).Length);
    }

    [Fact]
    public async Task LedgerRows_CanBeNeitherChangedNorDeleted()
    {
        await Silo
            .Grains.GetGrain<Contracts.Ledger.ILedgerGrain>("t/kanzlei-fest")
            .AppendAsync(new(Contracts.Ledger.LedgerEvent.TenantProvisioned, null, null, Contracts.Region.Eu), Cancellation);
        foreach (string sql in (string[])["UPDATE ledger SET event = 2", "DELETE FROM ledger"])
        {
            await using DbCommand command = Silo.Database.CreateCommand(sql);
            await Assert.ThrowsAsync<SqliteException>(() => command.ExecuteNonQueryAsync(Cancellation));
        }
    }

    [Fact]
    public void Connection_IsDurableAndOverwrites()
    {
        foreach ((string pragma, long wanted) in ((string, long)[])[("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)])
        {
            using DbCommand command = Silo.Database.CreateCommand($"PRAGMA {pragma};");
            Assert.Equal(wanted, command.ExecuteScalar());
        }
    }

    [Fact]
    public void Files_AreTheirOwnersOnly() =>
        Assert.All(
            System.IO.Directory.GetFiles(sqlite.Folder.Path, "identity.db*"),
            static file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file))
        );

    protected override async Task<long> CountAsync(string provider, GrainId id)
    {
        await using DbCommand command = Silo.Database.CreateCommand(
            $"SELECT count(*) FROM OrleansStorage WHERE GrainIdExtensionString LIKE '%{id.Key}%'"
        );
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private bool Holds(string needle) =>
        System
            .IO.Directory.GetFiles(sqlite.Folder.Path, "identity.db*")
            .Any(file => Bytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(needle)) >= 0);

    private static byte[] Bytes(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
