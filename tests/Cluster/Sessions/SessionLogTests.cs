using Lethe.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

public sealed class SessionLogTests(SessionSilo silo) : IClassFixture<SessionSilo>
{
    private static readonly Dictionary<int, LogLevel> Listed = new()
    {
        [1000] = LogLevel.Debug,
        [1001] = LogLevel.Information,
        [1002] = LogLevel.Debug,
        [1003] = LogLevel.Warning,
        [1004] = LogLevel.Debug,
        [1901] = LogLevel.Information,
    };

    [Fact]
    public async Task ASessionsWholeLife_LogsListedEventsWithNumbersOnly()
    {
        ISessionGrain session = await silo.OpenAsync();
        string key = session.GetPrimaryKeyString();
        OpenSession token = silo.NewToken();
        await silo.NewSession().OpenAsync(token, Cancel);
        await silo.NewSession().OpenAsync(token, Cancel);
        await session.PutItemAsync(Document(0), Cancel);
        await TakeTurnAsync(session);
        silo.Clock.Advance(TimeSpan.FromSeconds(31));
        await TakeTurnAsync(session);
        await session.CancelAsync(Cancel);
        await session.ForgetAsync(Cancel);
        await silo.DeactivatedAsync(session);

        IReadOnlyList<FakeLogRecord> records = silo.Logs.GetSnapshot();
        FakeLogRecord[] ours = [.. records.Where(record => record.Category!.StartsWith("Lethe.", StringComparison.Ordinal))];
        Assert.Equal([1000, 1001, 1002, 1003, 1004], ours.Select(record => record.Id.Id).Where(id => id < 1900).Distinct().Order());
        Assert.All(
            ours,
            record =>
            {
                Assert.Equal(Listed[record.Id.Id], record.Level);
                Assert.Null(record.Exception);
                Assert.All(
                    record.StructuredState!.Where(field => field.Key != "{OriginalFormat}"),
                    field => Assert.True(long.TryParse(field.Value, out _) || IsListedWord(field.Value!), field.Key)
                );
            }
        );
        Assert.DoesNotContain(records, record => record.Message.Contains(key, StringComparison.Ordinal));
    }

    private static bool IsListedWord(string word) =>
        Enum.TryParse<SessionRefusal>(word, out _)
        || Enum.TryParse<LeaseKind>(word, out _)
        || word is "Forgotten" or "Idle" or "Total" or "Deactivated";
}
