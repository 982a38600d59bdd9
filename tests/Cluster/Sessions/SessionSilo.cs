using System.Security.Cryptography;
using Lethe.Admission;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Lethe.Sessions;
using Lethe.TestKit;
using Xunit;

namespace Lethe.ClusterTests.Sessions;

/// <summary>A content-plane silo (or several): sessions, and admission over an SQLite file.</summary>
public class SessionSilo : SiloFixture
{
    public SessionSilo()
        : this(1) { }

    private protected SessionSilo(short silos)
        : base(silos) { }

    public SqliteFile Database { get; } = new(SpentTokenSchema.Sqlite);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IReadOnlyList<System.Reflection.Assembly> Served => [typeof(SessionServices).Assembly];

    public static Sealed Bytes(int length) => new(RandomNumberGenerator.GetBytes(length));

    public static UInt128 NewId() => SessionId.Create().Value;

    public static PutItem Document(long baseRevision, int bytes = 100, UInt128? id = null) =>
        new(new SealedItem(ItemKind.Document, id ?? NewId(), baseRevision + 1, Bytes(bytes)), Bytes(50), baseRevision);

    public static PutItem Turn(long baseRevision, int bytes = 100) =>
        new(new SealedItem(ItemKind.Turn, NewId(), baseRevision + 1, Bytes(bytes)), Bytes(50), baseRevision);

    public static Task<SessionResult> TakeTurnAsync(ISessionGrain session, long tokens = 10) =>
        session.TakeLeaseAsync(new TakeLease(LeaseKind.Turn, tokens, tokens), Cancel);

    public static Task<SessionResult> TakeCallAsync(ISessionGrain session, long tokens = 10) =>
        session.TakeLeaseAsync(new TakeLease(LeaseKind.Call, tokens, tokens), Cancel);

    public static async Task<long> FenceAsync(Task<SessionResult> take) => Assert.IsType<LeaseTaken>(await take).Fence;

    public static Task<SessionResult> EndAsync(ISessionGrain session, long fence, long used = 0, PutItem? remember = null) =>
        session.EndLeaseAsync(new EndLease(fence, used, remember), Cancel);

    public static async Task<SessionDescribed> DescribeAsync(ISessionGrain session) =>
        Assert.IsType<SessionDescribed>(await session.DescribeAsync(Cancel));

    /// <summary>Every call that a session answers, but opening it.</summary>
    public static IReadOnlyList<Func<ISessionGrain, Task<SessionResult>>> EveryCall { get; } =
    [
        session => session.DescribeAsync(Cancel),
        session => session.ReadManifestAsync(Cancel),
        session => session.PutItemAsync(Document(0), Cancel),
        session => session.RemoveItemAsync(new RemoveItem(ItemKind.Document, 1, Bytes(1), 0), Cancel),
        session => session.ReadItemAsync(ItemKind.Document, 1, Cancel),
        session => TakeTurnAsync(session),
        session => TakeCallAsync(session),
        session => session.KeepLeaseAsync(1, Cancel),
        session => EndAsync(session, 1),
        session => session.CancelAsync(Cancel),
        session => session.ForgetAsync(Cancel),
    ];

    public ISessionGrain NewSession() => Grains.GetGrain<ISessionGrain>(SessionId.Create().ToString());

    public OpenSession NewToken(long budget = 1_000_000) =>
        new(Clock.GetUtcNow().ToUnixTimeSeconds(), RandomNumberGenerator.GetBytes(32), budget);

    public async Task<ISessionGrain> OpenAsync(long budget = 1_000_000)
    {
        ISessionGrain session = NewSession();
        Assert.IsType<SessionOpened>(await session.OpenAsync(NewToken(budget), Cancel));
        return session;
    }

    /// <summary>Waits until a grain has no activation: real time, bounded.</summary>
    public Task DeactivatedAsync(ISessionGrain session) =>
        Cluster.WaitForDeactivationAsync(session).WaitAsync(TimeSpan.FromSeconds(20), Cancel);

    public static async Task AssertGoneAsync(ISessionGrain session)
    {
        foreach (Func<ISessionGrain, Task<SessionResult>> call in EveryCall)
        {
            Assert.IsType<SessionGone>(await call(session));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Database.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void Configure(ISiloBuilder silo) =>
        silo.AddSessions().Services.AddAdmission(SpentTokenStore.Sqlite, _ => Database.Source);
}

/// <summary>One cluster and one clock, used by one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SessionSuite : ICollectionFixture<SessionSilo>
{
    public const string Name = "sessions";
}
