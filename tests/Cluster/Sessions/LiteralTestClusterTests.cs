using Lethe.Admission;
using Lethe.Contracts.Sessions;
using Lethe.Sessions;
using Lethe.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;
using Xunit;
using static Lethe.ClusterTests.Sessions.SessionSilo;

namespace Lethe.ClusterTests.Sessions;

/// <summary>The same on Orleans' older <see cref="TestCluster"/>, with the real clock.</summary>
public sealed class LiteralTestClusterTests
{
    private const string DatabaseSetting = "Test:Database";

    [Fact]
    public async Task ASecondaryIsKilled_ItsSessionIsGoneAndItsTokenStaysSpent()
    {
        using SqliteFile database = new(SpentTokenSchema.Sqlite);
        TestClusterBuilder builder = new(2);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHostConfiguration(configuration =>
            configuration.AddInMemoryCollection([new(DatabaseSetting, database.ConnectionString)])
        );
        builder.AddSiloBuilderConfigurator<ContentPlane>();
        await using TestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        ISessionGrain session = cluster.Client.GetGrain<ISessionGrain>(SessionId.Create().ToString());
        OpenSession token = new(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 100);
        RequestContext.Set(Orleans.Runtime.Placement.IPlacementDirector.PlacementHintKey, cluster.SecondarySilos[0].SiloAddress);
        Assert.IsType<SessionOpened>(await session.OpenAsync(token, Cancel));
        RequestContext.Clear();
        Assert.IsType<ItemsChanged>(await session.PutItemAsync(Document(0), Cancel));

        await cluster.KillSiloAsync(cluster.SecondarySilos[0]);

        Assert.IsType<SessionGone>(await Patient.AskAsync(() => session.DescribeAsync(Cancel)));
        ISessionGrain another = cluster.Client.GetGrain<ISessionGrain>(SessionId.Create().ToString());
        Assert.Equal(new SessionRefused(SessionRefusal.TokenSpent), await Patient.AskAsync(() => another.OpenAsync(token, Cancel)));
    }

    private sealed class ContentPlane : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            string database = siloBuilder.Configuration[DatabaseSetting]!;
            siloBuilder.Services.AddSingleton(TimeProvider.System);
            siloBuilder.Services.PostConfigure<GrainTypeOptions>(types =>
                types.Classes.RemoveWhere(type => type.Assembly.GetName().Name == "Lethe.Records")
            );
            siloBuilder.AddSessions().Services.AddAdmission(SpentTokenStore.Sqlite, _ => SqliteFactory.Instance.CreateDataSource(database));
        }
    }
}
