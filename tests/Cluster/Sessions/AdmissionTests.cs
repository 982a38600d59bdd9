using System.Security.Cryptography;
using Lethe.Admission;
using Lethe.Sessions;
using Lethe.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

public sealed class AdmissionTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 6, 1, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Spend_WithoutAStore_IsUnavailableAndLogsNoMoreThanTheFaultsType()
    {
        using SqliteFile empty = new("SELECT 1;");
        using IHost host = Build(empty);
        SpendResult result = await host.Services.GetRequiredService<ISpentTokens>().SpendAsync(Now, Nonce(), Cancel);
        Assert.Equal(SpendResult.Unavailable, result);
        var record = host.Services.GetFakeLogCollector().LatestRecord;
        Assert.Equal((1900, LogLevel.Error), (record.Id.Id, record.Level));
        Assert.Equal("The store of spent tokens failed: SqliteException", record.Message);
        Assert.Null(record.Exception);
    }

    [Fact]
    public async Task Spend_AfterARestart_IsStillRefused()
    {
        using SqliteFile database = new(SpentTokenSchema.Sqlite);
        byte[] nonce = Nonce();
        for (int start = 0; start < 2; start++)
        {
            using IHost host = Build(database);
            SpendResult result = await host.Services.GetRequiredService<ISpentTokens>().SpendAsync(Now, nonce, Cancel);
            Assert.Equal(start == 0 ? SpendResult.Spent : SpendResult.SpentBefore, result);
        }
    }

    [Fact]
    public async Task Purge_DeletesEpochsOnlyWhenTheyAreOverForGood()
    {
        using SqliteFile database = new(SpentTokenSchema.Sqlite);
        using IHost host = Build(database);
        ISpentTokens tokens = host.Services.GetRequiredService<ISpentTokens>();
        Assert.Equal(SpendResult.Spent, await tokens.SpendAsync(Now, Nonce(), Cancel));
        clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(SpendResult.Spent, await tokens.SpendAsync(Now, Nonce(), Cancel));
        await host.StartAsync(Cancel);
        clock.Advance(TimeSpan.FromDays(1.5));
        Assert.Equal(2L, Count(database)); // no longer redeemable, and still remembered
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        clock.Advance(TimeSpan.FromDays(0.5));
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20));
        while (Count(database) != 1L && await pause.WaitForNextTickAsync(limit.Token))
        {
            clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.Equal(1L, Count(database));
        await host.StopAsync(Cancel);
    }

    [Theory]
    [InlineData("Admission:RememberedFor", "3.00:00:00")]
    [InlineData("Admission:Timeout", "00:01:00")]
    public async Task Options_ThatCouldForgetATokenTooEarly_StopTheHost(string setting, string value)
    {
        using SqliteFile database = new(SpentTokenSchema.Sqlite);
        using IHost host = Build(database, new KeyValuePair<string, string?>(setting, value));
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => host.StartAsync(Cancel));
    }

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    private static byte[] Nonce() => RandomNumberGenerator.GetBytes(32);

    private static long Count(SqliteFile database) => (long)database.Scalar("SELECT count(*) FROM spent_token")!;

    private IHost Build(SqliteFile database, params KeyValuePair<string, string?>[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddFakeLogging();
        builder.Services.AddSingleton<TimeProvider>(clock).AddAdmission(SpentTokenStore.Sqlite, _ => database.Source);
        return builder.Build();
    }
}
