using Lethe.Contracts.Directory;
using Lethe.Contracts.Tenants;
using Lethe.Records;
using Lethe.Records.DirectoryRecords;
using Lethe.Records.Keys;
using Lethe.Records.Ledger;
using Lethe.Records.Storage;
using Lethe.Records.Support;
using Lethe.Records.Tenants;
using Lethe.Records.Tokens;
using Lethe.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Xunit;

namespace Lethe.ClusterTests.Cells;

/// <summary>Records silos of one cell, over what survives them.</summary>
public class RecordsSilo : SiloFixture
{
    private readonly string region;

    public RecordsSilo()
        : this("eu", 1) { }

    internal RecordsSilo(string region, short silos, DurableMemory? durable = null)
        : base(silos) => (this.region, Durable) = (region, durable ?? new());

    public DurableMemory Durable { get; }

    /// <summary>Gets or sets the class that is one tenant's own, and its tenant.</summary>
    internal (string Class, TenantId Tenant)? Own { get; set; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected override IReadOnlyList<System.Reflection.Assembly> Served => [typeof(TenantExtensions).Assembly];

    public static TenantId NewTenant() =>
        TenantId.TryParse($"kanzlei-{Guid.NewGuid():N}", out TenantId id) ? id : throw new InvalidOperationException();

    public static AccountId NewAccount() => AccountId.FromHmac(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    public static DomainId NewDomain() => DomainId.FromHmac(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    public static PolicyClass Class(string name) =>
        PolicyClass.TryParse(name, out PolicyClass parsed) ? parsed : throw new InvalidOperationException();

    public ITenantGrain Tenant(TenantId tenant) => Grains.GetGrain<ITenantGrain>(tenant.GrainKey);

    public async Task<(TenantId Tenant, AccountId Owner)> ProvisionAsync(TokenQuota? quota = null, params Member[] others)
    {
        (TenantId tenant, AccountId owner) = (NewTenant(), NewAccount());
        ProvisionTenant command = new(Class($"{region}-standard"), [NewDomain()], [new(owner, Role.Owner), .. others], quota);
        Assert.IsType<TenantProvisioned>(await Tenant(tenant).ProvisionAsync(command, Cancel));
        return (tenant, owner);
    }

    protected override void Configure(ISiloBuilder silo)
    {
        silo.UseInMemoryReminderService();
        silo.Services.AddSingleton<IKeyStore>(Durable).AddSingleton<ILedgerStore>(Durable).AddSingleton<IStorageErasure>(Durable);
        foreach (string name in (string[])[StorageNames.Records, StorageNames.Quota])
        {
            silo.Services.AddKeyedSingleton<IGrainStorage>(name, Durable);
        }
        silo.UseSystemTextJsonGrainStorageSerializer();
        silo.AddLedger().AddDirectory().AddTenants().AddTokens().AddSupport();
        silo.Services.PostConfigure<CellOptions>(cell =>
        {
            cell.Region = region;
            if (Own is { } own)
            {
                cell.OwnClasses = [new() { PolicyClass = own.Class, Tenant = own.Tenant.Value }];
            }
        });
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Durable.Serializer = Cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainStorageSerializer>();
    }
}

/// <summary>One records silo, used by one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class RecordsSuite : ICollectionFixture<RecordsSilo>
{
    public const string Name = "records";
}
