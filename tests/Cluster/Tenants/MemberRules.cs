using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Records.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

/// <summary>What tests of the member list ask of its grain.</summary>
public abstract class MemberRules(RecordsSilo silo)
{
    protected static CancellationToken Cancel => RecordsSilo.Cancel;

    protected RecordsSilo Silo => silo;

    private protected TokenOptions Options => Silo.Cluster.Silos[0].ServiceProvider.GetRequiredService<IOptions<TokenOptions>>().Value;

    private protected long Epoch => Options.EpochAt(Silo.Clock.GetUtcNow());

    private protected async Task<bool> ChangesAsync(TenantId tenant, MemberCommand command) =>
        Assert.IsType<MemberStands>(await Silo.Tenant(tenant).ChangeMembersAsync(command, Cancel)).Changed;

    private protected async Task RefusedAsync(TenantId tenant, MemberCommand command, MemberRefusal reason) =>
        Assert.Equal(new MemberRefused(reason), await Silo.Tenant(tenant).ChangeMembersAsync(command, Cancel));

    private protected async Task<Role> RolesAsync(TenantId tenant, AccountId account) =>
        await Silo.Tenant(tenant).MemberAsync(account, Cancel) is MemberFound found ? found.Roles : Role.None;

    private protected async Task<MemberEntry> EntryAsync(TenantId tenant, AccountId actor, AccountId account) =>
        Assert.IsType<MemberStands>(await Silo.Tenant(tenant).ReadMemberAsync(actor, account, Cancel)).Member;

    private protected async Task<LedgerEntry[]> LedgerAsync(TenantId tenant)
    {
        LedgerPage page = await Silo.Grains.GetGrain<ILedgerGrain>(tenant.GrainKey).ReadAsync(1, 500, Cancel);
        Assert.True(page.ChainHolds);
        return [.. page.Lines.Select(line => line.Entry)];
    }
}
