using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Records.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

/// <summary>The member list, as its grain decides over it.</summary>
[Collection(RecordsSuite.Name)]
public sealed class MemberTests(RecordsSilo silo)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Member_FromItsAdditionToItsRemoval_IsInTheLedgerStepByStep()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync();
        AccountId berta = RecordsSilo.NewAccount();
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, berta, Role.Member)));
        Assert.False(await ChangesAsync(tenant, new InviteMember(owner, berta, Role.Member))); // repeated
        await RefusedAsync(tenant, new InviteMember(owner, berta, Role.Auditor), MemberRefusal.Exists);
        Assert.IsType<MemberInvited>(await silo.Tenant(tenant).MemberAsync(berta, Cancel));
        Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).ReserveTokensAsync(new(berta, Epoch, 1), Cancel));
        Assert.False(await ChangesAsync(tenant, new ServeMember(owner, berta, MemberDeed.InvitationMail)));
        Assert.True(await ChangesAsync(tenant, new AcceptInvitation(berta, berta)));
        Assert.False(await ChangesAsync(tenant, new AcceptInvitation(berta, berta)));
        Assert.True(await ChangesAsync(tenant, new ChangeRoles(owner, berta, Role.Member | Role.Auditor)));
        Assert.Equal(Role.Member | Role.Auditor, await RolesAsync(tenant, berta));
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, berta)));
        Assert.False(await ChangesAsync(tenant, new DeactivateMember(owner, berta)));
        Assert.Equal(Role.None, await RolesAsync(tenant, berta));
        Assert.True(await ChangesAsync(tenant, new ReactivateMember(owner, berta)));
        Assert.Equal(Role.Member | Role.Auditor, await RolesAsync(tenant, berta));
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, berta)));
        Assert.Equal(Role.None, await RolesAsync(tenant, berta));
        await RefusedAsync(tenant, new RemoveMember(owner, berta), MemberRefusal.NoSuchMember);
        LedgerEntry[] entries = await LedgerAsync(tenant);
        Assert.Equal(
            [
                LedgerEvent.TenantProvisioned,
                LedgerEvent.MemberInvited,
                LedgerEvent.InvitationMailSent,
                LedgerEvent.MemberAdded,
                LedgerEvent.MemberRolesChanged,
                LedgerEvent.MemberDeactivated,
                LedgerEvent.MemberReactivated,
                LedgerEvent.MemberRemoved,
            ],
            entries.Select(entry => entry.Event)
        );
        Assert.Equal(
            [null, Role.Member, null, Role.Member, Role.Member | Role.Auditor, null, Role.Member | Role.Auditor, null],
            entries.Select(entry => entry.Roles)
        );
        Assert.All(entries.Skip(1), entry => Assert.Equal(berta.Value, entry.Subject));
        Assert.All(entries.Skip(1), entry => Assert.Equal(entry.Event == LedgerEvent.MemberAdded ? berta : owner, entry.Actor));
    }

    [Fact]
    public async Task LastOwner_CannotBeTakenAway()
    {
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync();
        MemberCommand[] commands =
        [
            new RemoveMember(owner, owner),
            new DeactivateMember(owner, owner),
            new ChangeRoles(owner, owner, Role.Member),
        ];
        foreach (MemberCommand command in commands)
        {
            await RefusedAsync(tenant, command, MemberRefusal.LastOwner);
        }
        AccountId second = RecordsSilo.NewAccount();
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, second, Role.Owner)));
        foreach (MemberCommand command in commands) // an owner who has not accepted is none
        {
            await RefusedAsync(tenant, command, MemberRefusal.LastOwner);
        }
        Assert.True(await ChangesAsync(tenant, new AcceptInvitation(second, second)));
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, second)));
        await RefusedAsync(tenant, new ServeMember(owner, second, MemberDeed.ResetMail), MemberRefusal.Deactivated);
        foreach (MemberCommand command in commands) // a deactivated owner is none
        {
            await RefusedAsync(tenant, command, MemberRefusal.LastOwner);
        }
        Assert.True(await ChangesAsync(tenant, new ReactivateMember(owner, second)));
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, owner)));
        Assert.Equal(Role.Owner, await RolesAsync(tenant, second));
    }

    public static TheoryData<string> WaysToRemove => ["remove", "deactivate", "demote"];

    [Theory]
    [MemberData(nameof(WaysToRemove))]
    public async Task TwoOwners_RemovingEachOtherAtOnce_LeaveOne(string way)
    {
        for (int round = 0; round < 10; round++)
        {
            AccountId second = RecordsSilo.NewAccount();
            (TenantId tenant, AccountId first) = await silo.ProvisionAsync(quota: null, new Member(second, Role.Owner | Role.Member));
            MemberCommand By(AccountId actor, AccountId other) =>
                way switch
                {
                    "remove" => new RemoveMember(actor, other),
                    "deactivate" => new DeactivateMember(actor, other),
                    _ => new ChangeRoles(actor, other, Role.Member),
                };
            TenantResult[] results = await Task.WhenAll(
                silo.Tenant(tenant).ChangeMembersAsync(By(first, second), Cancel),
                silo.Tenant(tenant).ChangeMembersAsync(By(second, first), Cancel)
            );
            Assert.Single(results, result => result is MemberStands);
            Assert.Single(results, result => result is MemberUnknown or MemberRefused { Reason: MemberRefusal.NotAllowed });
            Role[] left = [await RolesAsync(tenant, first), await RolesAsync(tenant, second)];
            Assert.Single(left, roles => roles.HasFlag(Role.Owner));
        }
    }

    [Fact]
    public async Task TwoOwners_RemovingThemselvesAtOnce_LeaveOne()
    {
        AccountId second = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId first) = await silo.ProvisionAsync(quota: null, new Member(second, Role.Owner));
        TenantResult[] results = await Task.WhenAll(
            silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(first, first), Cancel),
            silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(second, second), Cancel)
        );
        Assert.Single(results, result => result is MemberStands);
        Assert.Single(results, result => result is MemberRefused { Reason: MemberRefusal.LastOwner });
    }

    [Fact]
    public async Task UserAdmin_MayDoWithPlainMembersWhatHeLikes_AndNothingElse()
    {
        (AccountId second, AccountId auditor, AccountId plain) = (
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount()
        );
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(
            quota: null,
            new Member(second, Role.UserAdmin),
            new Member(auditor, Role.Auditor | Role.Member)
        );
        Assert.True(await ChangesAsync(tenant, new InviteMember(second, plain, Role.Member)));
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(second, plain)));
        Assert.True(await ChangesAsync(tenant, new ReactivateMember(second, plain)));
        MemberCommand[] refused =
        [
            new ChangeRoles(second, second, Role.Owner),
            new ChangeRoles(second, second, Role.UserAdmin | Role.Auditor),
            new ChangeRoles(second, plain, Role.Owner | Role.Member),
            new ChangeRoles(second, plain, Role.Auditor),
            new ChangeRoles(second, plain, Role.UserAdmin | Role.Member),
            new ChangeRoles(second, plain, Role.None),
            new ChangeRoles(second, plain, Role.Member | Role.Support),
            new ChangeRoles(second, owner, Role.Member),
            new ChangeRoles(second, auditor, Role.Member),
            new DeactivateMember(second, owner),
            new DeactivateMember(second, auditor),
            new DeactivateMember(second, second),
            new RemoveMember(second, owner),
            new RemoveMember(second, auditor),
            new InviteMember(second, RecordsSilo.NewAccount(), Role.Owner),
            new InviteMember(second, RecordsSilo.NewAccount(), Role.Member | Role.PolicyAdmin),
            new InviteMember(second, RecordsSilo.NewAccount(), Role.None),
            new ServeMember(second, owner, MemberDeed.ResetMail),
            new ServeMember(second, auditor, MemberDeed.Export),
        ];
        int before = (await LedgerAsync(tenant)).Length;
        foreach (MemberCommand command in refused)
        {
            await RefusedAsync(tenant, command, MemberRefusal.NotAllowed);
        }
        Assert.Equal(before, (await LedgerAsync(tenant)).Length);
        Assert.True(await ChangesAsync(tenant, new ChangeRoles(second, second, Role.Member | Role.UserAdmin)));
        Assert.True(await ChangesAsync(tenant, new ChangeRoles(second, second, Role.Member))); // gives up his own
        await RefusedAsync(tenant, new ChangeRoles(second, second, Role.Member | Role.UserAdmin), MemberRefusal.NotAllowed);
        Assert.True(await ChangesAsync(tenant, new RemoveMember(second, second)));
    }

    [Theory]
    [InlineData(Role.Member)]
    [InlineData(Role.PolicyAdmin)]
    [InlineData(Role.Auditor)]
    [InlineData(Role.PrivacyOfficer)]
    public async Task OtherRoles_ChangeNobody(Role role)
    {
        (AccountId actor, AccountId plain) = (RecordsSilo.NewAccount(), RecordsSilo.NewAccount());
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(
            quota: null,
            new Member(actor, role),
            new Member(plain, Role.Member)
        );
        foreach (AccountId target in (AccountId[])[plain, owner, RecordsSilo.NewAccount()])
        {
            await RefusedAsync(tenant, new ChangeRoles(actor, target, Role.Member), MemberRefusal.NotAllowed);
            await RefusedAsync(tenant, new InviteMember(actor, target, Role.Member), MemberRefusal.NotAllowed);
            await RefusedAsync(tenant, new DeactivateMember(actor, target), MemberRefusal.NotAllowed);
            await RefusedAsync(tenant, new ReactivateMember(actor, target), MemberRefusal.NotAllowed);
            await RefusedAsync(tenant, new ServeMember(actor, target, MemberDeed.ResetMail), MemberRefusal.NotAllowed);
        }
        await RefusedAsync(tenant, new RemoveMember(actor, owner), MemberRefusal.NotAllowed);
        if (role == Role.PrivacyOfficer)
        {
            Assert.False(await ChangesAsync(tenant, new ServeMember(actor, plain, MemberDeed.Export)));
            Assert.True(await ChangesAsync(tenant, new RemoveMember(actor, plain)));
        }
        else
        {
            await RefusedAsync(tenant, new RemoveMember(actor, plain), MemberRefusal.NotAllowed);
            await RefusedAsync(tenant, new ServeMember(actor, plain, MemberDeed.Export), MemberRefusal.NotAllowed);
        }
        Assert.False(await ChangesAsync(tenant, new ServeMember(actor, actor, MemberDeed.Export)));
        Assert.True(await ChangesAsync(tenant, new RemoveMember(actor, actor))); // everybody may go
    }

    [Fact]
    public async Task Invitation_IsAcceptedByNobodyElse_AndNotAfterItsWithdrawal()
    {
        (AccountId invited, AccountId other, AccountId held) = (
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount()
        );
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync();
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, invited, Role.Member)));
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, held, Role.Member)));
        await RefusedAsync(tenant, new AcceptInvitation(owner, invited), MemberRefusal.NotAllowed);
        await RefusedAsync(tenant, new AcceptInvitation(other, other), MemberRefusal.NotAllowed);
        await RefusedAsync(tenant, new AcceptInvitation(other, invited), MemberRefusal.NotAllowed);
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, invited)));
        await RefusedAsync(tenant, new AcceptInvitation(invited, invited), MemberRefusal.NotAllowed);
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, held)));
        await RefusedAsync(tenant, new AcceptInvitation(held, held), MemberRefusal.NotAllowed);
        Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).MemberAsync(held, Cancel));
    }

    [Fact]
    public async Task Stranger_DeactivatedOrOfAnotherTenant_IsNoMember()
    {
        AccountId gone = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(quota: null, new Member(gone, Role.Owner));
        (TenantId _, AccountId foreign) = await silo.ProvisionAsync();
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, gone)));
        foreach (AccountId actor in (AccountId[])[gone, foreign, RecordsSilo.NewAccount()])
        {
            Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(actor, owner), Cancel));
            Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).ChangeMembersAsync(new ReactivateMember(actor, gone), Cancel));
            Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).ListMembersAsync(actor, after: null, 10, Cancel));
            Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).ReadMemberAsync(actor, owner, Cancel));
            Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).MemberAsync(actor, Cancel));
            Assert.IsType<MemberUnknown>(await silo.Tenant(tenant).ReserveTokensAsync(new(actor, Epoch, 1), Cancel));
        }
    }

    [Fact]
    public async Task Deactivation_SaysUntilWhenDrawnTokensCanOpenASession()
    {
        AccountId drew = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(quota: null, new Member(drew, Role.Member));
        Assert.Null((await EntryAsync(tenant, owner, drew)).TokensUsableUntil);
        Assert.IsType<TokensReserved>(await silo.Tenant(tenant).ReserveTokensAsync(new(drew, Epoch, 3), Cancel));
        DateTimeOffset until = Options.StartOf(Epoch + TokenOptions.RedeemableEpochs + 1);
        MemberStands stands = Assert.IsType<MemberStands>(
            await silo.Tenant(tenant).ChangeMembersAsync(new DeactivateMember(owner, drew), Cancel)
        );
        Assert.Equal((until, silo.Clock.GetUtcNow()), (stands.Member.TokensUsableUntil, stands.Member.DeactivatedAt));
        silo.Clock.Advance(until - silo.Clock.GetUtcNow());
        Assert.Null((await EntryAsync(tenant, owner, drew)).TokensUsableUntil);
        Assert.IsType<TokensReserved>(await silo.Tenant(tenant).ReserveTokensAsync(new(owner, Epoch, 1), Cancel));
        Assert.DoesNotContain(
            $"\"LastDraw\":{Epoch - TokenOptions.RedeemableEpochs - 1}",
            silo.Durable.Rows[$"tenant|{tenant.GrainKey}"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task List_InPages_GivesEachMemberOnceToThoseWhoMaySee()
    {
        AccountId[] others = [.. Enumerable.Range(0, 6).Select(_ => RecordsSilo.NewAccount())];
        Role[] roles = [Role.UserAdmin, Role.PrivacyOfficer, Role.Member, Role.Auditor, Role.PolicyAdmin, Role.Member];
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(
            quota: null,
            [.. others.Zip(roles, (account, role) => new Member(account, role))]
        );
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, others[5])));
        List<AccountId> seen = [];
        AccountId? after = null;
        do
        {
            MembersListed page = Assert.IsType<MembersListed>(await silo.Tenant(tenant).ListMembersAsync(others[0], after, 3, Cancel));
            seen.AddRange(page.Members.Select(member => member.Account));
            after = page.Next;
        } while (after is not null);
        Assert.Equal(
            others.Append(owner).Select(account => account.Value).Order(StringComparer.Ordinal),
            seen.Select(account => account.Value)
        );
        Assert.IsType<MembersListed>(await silo.Tenant(tenant).ListMembersAsync(others[1], after: null, 500, Cancel));
        foreach (AccountId blind in others[2..5])
        {
            Assert.Equal(
                new MemberRefused(MemberRefusal.NotAllowed),
                await silo.Tenant(tenant).ListMembersAsync(blind, after: null, 1, Cancel)
            );
            Assert.Equal(new MemberRefused(MemberRefusal.NotAllowed), await silo.Tenant(tenant).ReadMemberAsync(blind, owner, Cancel));
            Assert.Equal(blind, (await EntryAsync(tenant, blind, blind)).Account);
        }
    }

    [Fact]
    public async Task Provision_OfAnotherDomain_BringsBackNobodyWhomTheTenantChanged()
    {
        (AccountId demoted, AccountId removed, AccountId added) = (
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount()
        );
        (TenantId tenant, AccountId owner) = (RecordsSilo.NewTenant(), RecordsSilo.NewAccount());
        ProvisionTenant command = new(
            RecordsSilo.Class("eu-standard"),
            [],
            [new(owner, Role.Owner), new(demoted, Role.Owner), new(removed, Role.Owner)],
            Quota: null
        );
        Assert.IsType<TenantProvisioned>(await silo.Tenant(tenant).ProvisionAsync(command, Cancel));
        Assert.True(await ChangesAsync(tenant, new ChangeRoles(owner, demoted, Role.Member)));
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, removed)));
        ProvisionTenant next = command with
        {
            Domains = [RecordsSilo.NewDomain()],
            Members = [.. command.Members, new(added, Role.Auditor)],
        };
        Assert.True(Assert.IsType<TenantProvisioned>(await silo.Tenant(tenant).ProvisionAsync(next, Cancel)).Changed);
        Assert.Equal(
            [Role.Owner, Role.Member, Role.None, Role.Auditor],
            [
                await RolesAsync(tenant, owner),
                await RolesAsync(tenant, demoted),
                await RolesAsync(tenant, removed),
                await RolesAsync(tenant, added),
            ]
        );
    }

    [Fact]
    public async Task Change_WhoseWriteFails_IsRecordedAndHasNotHappened()
    {
        AccountId second = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId owner) = await silo.ProvisionAsync(quota: null, new Member(second, Role.Owner));
        silo.Durable.FailsWrite = static (name, after) => name == "tenant" && !after;
        try
        {
            await Assert.ThrowsAnyAsync<OrleansException>(() =>
                silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(owner, second), Cancel)
            );
        }
        finally
        {
            silo.Durable.FailsWrite = null;
        }
        Assert.Equal(Role.Owner, await RolesAsync(tenant, second));
        Assert.Equal(LedgerEvent.MemberRemoved, (await LedgerAsync(tenant))[^1].Event);
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, second)));
    }

    private TokenOptions Options => silo.Cluster.Silos[0].ServiceProvider.GetRequiredService<IOptions<TokenOptions>>().Value;

    private long Epoch => Options.EpochAt(silo.Clock.GetUtcNow());

    private async Task<bool> ChangesAsync(TenantId tenant, MemberCommand command) =>
        Assert.IsType<MemberStands>(await silo.Tenant(tenant).ChangeMembersAsync(command, Cancel)).Changed;

    private async Task RefusedAsync(TenantId tenant, MemberCommand command, MemberRefusal reason) =>
        Assert.Equal(new MemberRefused(reason), await silo.Tenant(tenant).ChangeMembersAsync(command, Cancel));

    private async Task<Role> RolesAsync(TenantId tenant, AccountId account) =>
        await silo.Tenant(tenant).MemberAsync(account, Cancel) is MemberFound found ? found.Roles : Role.None;

    private async Task<MemberEntry> EntryAsync(TenantId tenant, AccountId actor, AccountId account) =>
        Assert.IsType<MemberStands>(await silo.Tenant(tenant).ReadMemberAsync(actor, account, Cancel)).Member;

    private async Task<LedgerEntry[]> LedgerAsync(TenantId tenant)
    {
        LedgerPage page = await silo.Grains.GetGrain<ILedgerGrain>(tenant.GrainKey).ReadAsync(1, 500, Cancel);
        Assert.True(page.ChainHolds);
        return [.. page.Lines.Select(line => line.Entry)];
    }
}
