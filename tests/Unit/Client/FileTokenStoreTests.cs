using Lethe.Client;
using Xunit;

namespace Lethe.UnitTests.Client;

public sealed class FileTokenStoreTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Update_ByManyWindowsAtOnce_LosesNothing()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    FileTokenStore window = new(path);
                    for (int change = 0; change < 10; change++)
                    {
                        await window.UpdateAsync(state => state with { DrawsAtStart = state.DrawsAtStart + 1 }, Cancel);
                    }
                })
        );
        Assert.Equal(80, (await new FileTokenStore(path).ReadAsync(Cancel)).DrawsAtStart);
    }

    [Fact]
    public async Task Read_WhileAnotherWindowHasTheFile_WaitsWithoutAThreadUntilItIsFreeOrCancelled()
    {
        FileTokenStore store = new(path);
        await store.UpdateAsync(state => state with { DrawsAtStart = 7 }, Cancel);
        using CancellationTokenSource closing = new();
        Task<PoolState> waiting;
        Task<PoolState> cancelled;
        await using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            waiting = store.ReadAsync(Cancel); // gives the thread back, or this test would not go on
            cancelled = store.ReadAsync(closing.Token);
            await closing.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.False(waiting.IsCompleted);
        }
        Assert.Equal(7, (await waiting).DrawsAtStart);
    }

    public void Dispose() => File.Delete(path);
}
