using Lethe.Records.Storage;
using Orleans.Storage;
using Xunit;

namespace Lethe.ClusterTests.Storage;

public sealed class CommitTests
{
    [Fact]
    public async Task Commit_ThatIsWritten_IsTheState()
    {
        Stored stored = new(fails: false);
        await stored.CommitAsync("next");
        Assert.Equal("next", stored.State);
        await stored.EraseAsync();
        Assert.True(stored.Cleared);
    }

    [Fact]
    public async Task Commit_ThatFails_LeavesTheConfirmedStateAndTellsNoValue()
    {
        Stored stored = new(fails: true);
        InconsistentStateException failure = await Assert.ThrowsAsync<InconsistentStateException>(() => stored.CommitAsync("next"));
        Assert.Equal("confirmed", stored.State);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erase_ThatFails_LeavesTheConfirmedState()
    {
        Stored stored = new(fails: true);
        await Assert.ThrowsAsync<InconsistentStateException>(() => stored.EraseAsync());
        Assert.Equal("confirmed", stored.State);
    }

    private sealed class Stored(bool fails) : IPersistentState<string>
    {
        public string State { get; set; } = "confirmed";

        public string Etag => "1";

        public bool RecordExists => true;

        public bool Cleared { get; private set; }

        public Task WriteStateAsync() => fails ? throw new IOException("a secret of the store") : Task.CompletedTask;

        public Task ReadStateAsync() => Task.CompletedTask;

        public Task ClearStateAsync()
        {
            Cleared = !fails;
            State = string.Empty;
            return fails ? throw new IOException("a secret of the store") : Task.CompletedTask;
        }
    }
}
