using Lethe.Client;
using Lethe.ClusterTests.Cells;

namespace Lethe.ClusterTests.Unlinkability;

/// <summary>One account: when its Word is open, and when it asks something. The client is the shipped one.</summary>
internal sealed class Lawyer(int number, TestTenant tenant, string subject, BothPlanes planes, SimulatedTime time, int? batch)
{
    private readonly MemoryTokenStore disk = new(); // outlives Word, shared by its windows
    private readonly List<Window> windows = [];

    public int Number => number;

    public PoolState Pool => disk.Read();

    public Action<Lawyer, HttpRequestMessage> Sent { get; set; } = (_, _) => { };

    /// <summary>Signs in on this machine, long before the first question: draws once.</summary>
    public async Task SignInAsync()
    {
        using LetheClient client = Connect(new WindowClock(time));
        await client.Tokens.RefillAsync(await client.DiscoverAsync(RecordsSilo.Cancel), RecordsSilo.Cancel);
    }

    public Task OpenWordAsync(bool keepsFilled)
    {
        WindowClock clock = new(time);
        Window window = new(Connect(clock), clock, new CancellationTokenSource());
        if (keepsFilled)
        {
            clock.Background = window.Client.Tokens.KeepFilledAsync(window.Client, window.Closing.Token);
        }
        windows.Add(window);
        return Task.CompletedTask;
    }

    public async Task CloseWordAsync()
    {
        if (windows.Count == 0)
        {
            return;
        }
        Window window = windows[^1];
        windows.RemoveAt(windows.Count - 1);
        await window.Closing.CancelAsync();
        if (window.Clock.Background is { IsFaulted: true } failed)
        {
            await failed;
        }
        window.Client.Dispose();
        window.Closing.Dispose();
    }

    /// <summary>Opens a session, if Word is open.</summary>
    /// <returns>Whether it did.</returns>
    public async Task<bool> AskAsync()
    {
        if (windows.Count == 0)
        {
            return false;
        }
        await windows[0].Client.OpenSessionAsync(RecordsSilo.Cancel);
        return true;
    }

    private LetheClient Connect(WindowClock clock) =>
        new(
            new LetheClientOptions
            {
                Control = new Uri("https://eu.example"),
                Tenant = tenant.Id.Value,
                AccessToken = _ => Task.FromResult(planes.Cell.TokenOf(tenant, subject)),
                PoolSize =
                    batch
                    ?? new LetheClientOptions
                    {
                        Control = null!,
                        Tenant = null!,
                        AccessToken = null!,
                    }.PoolSize,
                TokenStore = disk,
                Clock = clock,
                Handler = () => planes.Connect(request => Sent(this, request)),
            }
        );

    private sealed record Window(LetheClient Client, WindowClock Clock, CancellationTokenSource Closing);
}
