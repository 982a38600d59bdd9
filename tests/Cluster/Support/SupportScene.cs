using System.Security.Cryptography;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>Records silos of this slice's own: its tests move the clock by months.</summary>
public sealed class SupportSilo : RecordsSilo;

/// <summary>One silo, used by one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SupportSuite : ICollectionFixture<SupportSilo>
{
    public const string Name = "support";
}

/// <summary>A tenant with an owner and, when opened, a case.</summary>
internal sealed class SupportScene(IGrainFactory grains, SupportOwner owner)
{
    public static readonly DateOnly TextVersion = new(2026, 11, 1);

    public SupportOwner Owner => owner;

    public SupportId CaseId { get; } = SupportId.Create();

    public ICaseGrain Case => grains.GetGrain<ICaseGrain>(CaseId.ToGrainKey());

    public static CancellationToken Cancel => RecordsSilo.Cancel;

    public static async Task<SupportScene> StartAsync(RecordsSilo silo)
    {
        (TenantId tenant, AccountId account) = await silo.ProvisionAsync();
        return new SupportScene(silo.Grains, new SupportOwner(tenant, account));
    }

    public static async Task<SupportScene> OpenAsync(RecordsSilo silo)
    {
        SupportScene scene = await StartAsync(silo);
        Assert.IsType<CaseOpened>(await scene.Case.OpenAsync(scene.Owner, Cancel));
        return scene;
    }

    public static DocumentConsent Consent(DateTimeOffset? expiresAt = null, bool shareDocument = true) =>
        new(shareDocument, TextVersion, ConsentLanguage.De, SHA256.HashData("text"u8), SharePurpose.Troubleshooting, expiresAt);

    public IShareGrain Share(SupportId id) => grains.GetGrain<IShareGrain>(id.ToGrainKey());

    public async Task<SupportId> ConsentAsync(DateTimeOffset? expiresAt = null) =>
        Assert.IsType<ShareConsented>(await Case.ConsentAsync(Owner, Consent(expiresAt), Cancel)).Receipt.Share;

    public async Task<SupportId> StoreAsync(int bytes = 1000)
    {
        SupportId share = await ConsentAsync();
        Assert.IsType<DocumentStored>(await Share(share).StoreDocumentAsync(Document(bytes), Cancel));
        return share;
    }

    public StoreDocument Document(int bytes = 1000) =>
        new(Owner, new Sealed(RandomNumberGenerator.GetBytes(SupportLimits.SealedBytes(bytes))), bytes, ShareFormat.Text);

    public AddMessage Message(int bytes = 100, SupportCaller? caller = null) =>
        new(caller ?? Owner, SupportId.Create(), new Sealed(RandomNumberGenerator.GetBytes(bytes + SupportLimits.ChunkOverheadBytes)));

    /// <summary>Puts someone of the staff on file.</summary>
    public async Task<SupportStaff> StaffAsync(Undertaking? undertaking, Role roles = Role.Support)
    {
        AccountId account = RecordsSilo.NewAccount();
        await grains.GetGrain<IStaffGrain>(account.ToGrainKey()).ProvisionAsync(new StaffEntry(account, roles, undertaking), Cancel);
        return new SupportStaff(account, ViewReason.Reproduction);
    }

    public static Undertaking Undertaking(DateTimeOffset now, int fromDays = -10, int untilDays = 10) =>
        new(
            DateOnly.FromDateTime(now.UtcDateTime.AddDays(fromDays)),
            DateOnly.FromDateTime(now.UtcDateTime.AddDays(untilDays)),
            SHA256.HashData("paper"u8)
        );

    public Task SweepCaseAsync() => Case.AsReference<IRemindable>().ReceiveReminder("sweep", default);

    public Task SweepShareAsync(SupportId share) => Share(share).AsReference<IRemindable>().ReceiveReminder("sweep", default);
}
