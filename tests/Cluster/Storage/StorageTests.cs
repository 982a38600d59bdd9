using System.Data.Common;
using Lethe.ClusterTests.Silo;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Xunit;

namespace Lethe.ClusterTests.Storage;

/// <summary>What grain storage and reminders promise, on whichever database a subclass gives.</summary>
public abstract class StorageTests
{
    protected abstract RunningSilo Silo { get; }

    private static GrainId FreshId => GrainId.Create("probe", $"t/{Guid.NewGuid():N}");

    [Theory]
    [InlineData("records")]
    [InlineData("quota")]
    public async Task State_WrittenReadAndCleared_ComesAndGoesWithItsRow(string provider)
    {
        IGrainStorage storage = Silo.Storage(provider);
        GrainId id = FreshId;
        GrainState<Probe> written = new(new Probe("first"));
        await storage.WriteStateAsync("probe", id, written);
        written.State = new Probe("second");
        await storage.WriteStateAsync("probe", id, written);

        GrainState<Probe> read = new();
        await storage.ReadStateAsync("probe", id, read);
        Assert.True(read.RecordExists);
        Assert.Equal(("second", "2"), (read.State!.Text, read.ETag));

        await storage.ClearStateAsync("probe", id, read);
        GrainState<Probe> gone = new();
        await storage.ReadStateAsync("probe", id, gone);
        Assert.False(gone.RecordExists);
        Assert.Null(gone.ETag);
        Assert.Equal(0L, await CountAsync(provider, id)); // the row is gone, not emptied
    }

    [Fact]
    public async Task State_WrittenOnAnOldVersion_IsInconsistent()
    {
        IGrainStorage storage = Silo.Storage("records");
        GrainId id = FreshId;
        GrainState<Probe> first = new(new Probe("first"));
        await storage.WriteStateAsync("probe", id, first);
        GrainState<Probe> other = new();
        await storage.ReadStateAsync("probe", id, other);
        other.State = new Probe("other");
        await storage.WriteStateAsync("probe", id, other);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("probe", id, first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("probe", id, first));
        GrainState<Probe> read = new();
        await storage.ReadStateAsync("probe", id, read);
        Assert.Equal("other", read.State!.Text);
    }

    [Fact]
    public async Task State_FirstWrittenByManyAtOnce_HasOneWriterAndOneRow()
    {
        IGrainStorage storage = Silo.Storage("records");
        GrainId id = FreshId;
        bool[] won = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async number =>
                {
                    try
                    {
                        await storage.WriteStateAsync("probe", id, new GrainState<Probe>(new Probe($"{number}")));
                        return true;
                    }
                    catch (InconsistentStateException)
                    {
                        return false;
                    }
                })
        );
        Assert.Single(won, true);
        Assert.Equal(1L, await CountAsync("records", id));
    }

    [Fact]
    public async Task State_OfTwoClassesUnderOneKey_IsTwoRows()
    {
        IGrainStorage storage = Silo.Storage("records");
        GrainId id = FreshId;
        await storage.WriteStateAsync("probe", id, new GrainState<Probe>(new Probe("one")));
        await storage.WriteStateAsync("probe-2", id, new GrainState<Probe>(new Probe("two")));
        GrainState<Probe> read = new();
        await storage.ReadStateAsync("probe", id, read);
        Assert.Equal("one", read.State!.Text);
    }

    [Fact]
    public async Task Storage_KeepsStatesAsPlainJson() // no type names: the database does not choose what is made of it
    {
        GrainId id = FreshId;
        await Silo.Storage("records").WriteStateAsync("probe", id, new GrainState<Probe>(new Probe("text")));
        await using DbCommand command = Silo.Database.CreateCommand(
            $"SELECT PayloadBinary FROM OrleansStorage WHERE GrainIdExtensionString LIKE '%{id.Key}%'"
        );
        byte[] payload = Assert.IsType<byte[]>(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Equal("""{"Text":"text"}""", System.Text.Encoding.UTF8.GetString(payload));
    }

    [Fact]
    public async Task Reminder_WrittenReadAndRemoved_ComesAndGoes()
    {
        IReminderTable reminders = Silo.Host.Services.GetRequiredService<IReminderTable>();
        GrainId id = FreshId;
        DateTime start = new(2026, 6, 1, 8, 0, 0, DateTimeKind.Utc);
        ReminderEntry entry = new()
        {
            GrainId = id,
            ReminderName = "sweep",
            StartAt = start,
            Period = TimeSpan.FromHours(1),
        };
        string first = (await reminders.UpsertRow(entry))!;
        string second = (await reminders.UpsertRow(entry))!;
        Assert.NotEqual(first, second, StringComparer.Ordinal);

        ReminderEntry read = (await reminders.ReadRow(id, "sweep"))!;
        Assert.Equal((start, TimeSpan.FromHours(1), second), (read.StartAt, read.Period, read.ETag));
        Assert.Single((await reminders.ReadRows(id)).Reminders);
        Assert.Contains((await reminders.ReadRows(0, 0)).Reminders, found => found.GrainId == id);
        uint hash = id.GetUniformHashCode();
        Assert.Contains((await reminders.ReadRows(hash - 1, hash)).Reminders, found => found.GrainId == id);
        Assert.DoesNotContain((await reminders.ReadRows(hash, hash + 1)).Reminders, found => found.GrainId == id);

        Assert.False(await reminders.RemoveRow(id, "sweep", first));
        Assert.True(await reminders.RemoveRow(id, "sweep", second));
        Assert.Empty((await reminders.ReadRows(id)).Reminders);
    }

    protected abstract Task<long> CountAsync(string provider, GrainId id);

    public sealed record Probe(string Text)
    {
        public Probe()
            : this(string.Empty) { }
    }
}
