using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Records.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

/// <summary>The member list, as its grain decides over it.</summary>
[Collection(RecordsSuite.Name)]
public sealed class MemberTests(RecordsSilo silo) : MemberRules(silo)
{
    [Fact]
    public async Task Member_FromItsAdditionToItsRemoval_IsInTheLedgerStepByStep()
    {
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync();
        AccountId berta = RecordsSilo.NewAccount();
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, berta, Role.Member)));
        Assert.False(await ChangesAsync(tenant, new InviteMember(owner, berta, Role.Member))); // repeated
        await RefusedAsync(tenant, new InviteMember(owner, berta, Role.Auditor), MemberRefusal.Exists);
        Assert.IsType<MemberInvited>(await Silo.Tenant(tenant).MemberAsync(berta, Cancel));
        Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).ReserveTokensAsync(new(berta, Epoch, 1), Cancel));
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
    public async Task Deactivation_SaysUntilWhenDrawnTokensCanOpenASession()
    {
        AccountId drew = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(quota: null, new Member(drew, Role.Member));
        Assert.Null((await EntryAsync(tenant, owner, drew)).TokensUsableUntil);
        Assert.IsType<TokensReserved>(await Silo.Tenant(tenant).ReserveTokensAsync(new(drew, Epoch, 3), Cancel));
        DateTimeOffset until = Options.StartOf(Epoch + TokenOptions.RedeemableEpochs + 1);
        MemberStands stands = Assert.IsType<MemberStands>(
            await Silo.Tenant(tenant).ChangeMembersAsync(new DeactivateMember(owner, drew), Cancel)
        );
        Assert.Equal((until, Silo.Clock.GetUtcNow()), (stands.Member.TokensUsableUntil, stands.Member.DeactivatedAt));
        Silo.Clock.Advance(until - Silo.Clock.GetUtcNow());
        Assert.Null((await EntryAsync(tenant, owner, drew)).TokensUsableUntil);
        Assert.IsType<TokensReserved>(await Silo.Tenant(tenant).ReserveTokensAsync(new(owner, Epoch, 1), Cancel));
        Assert.DoesNotContain(
            $"\"LastDraw\":{Epoch - TokenOptions.RedeemableEpochs - 1}",
            Silo.Durable.Rows[$"tenant|{tenant.GrainKey}"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task List_InPages_GivesEachMemberOnceToThoseWhoMaySee()
    {
        AccountId[] others = [.. Enumerable.Range(0, 6).Select(_ => RecordsSilo.NewAccount())];
        Role[] roles = [Role.UserAdmin, Role.PrivacyOfficer, Role.Member, Role.Auditor, Role.PolicyAdmin, Role.Member];
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(
            quota: null,
            [.. others.Zip(roles, (account, role) => new Member(account, role))]
        );
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, others[5])));
        List<AccountId> seen = [];
        AccountId? after = null;
        do
        {
            MembersListed page = Assert.IsType<MembersListed>(await Silo.Tenant(tenant).ListMembersAsync(others[0], after, 3, Cancel));
            seen.AddRange(page.Members.Select(member => member.Account));
            after = page.Next;
        } while (after is not null);
        Assert.Equal(
            others.Append(owner).Select(account => account.Value).Order(StringComparer.Ordinal),
            seen.Select(account => account.Value)
        );
        Assert.IsType<MembersListed>(await Silo.Tenant(tenant).ListMembersAsync(others[1], after: null, 500, Cancel));
        foreach (AccountId blind in others[2..5])
        {
            Assert.Equal(
                new MemberRefused(MemberRefusal.NotAllowed),
                await Silo.Tenant(tenant).ListMembersAsync(blind, after: null, 1, Cancel)
            );
            Assert.Equal(new MemberRefused(MemberRefusal.NotAllowed), await Silo.Tenant(tenant).ReadMemberAsync(blind, owner, Cancel));
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
        Assert.IsType<TenantProvisioned>(await Silo.Tenant(tenant).ProvisionAsync(command, Cancel));
        Assert.True(await ChangesAsync(tenant, new ChangeRoles(owner, demoted, Role.Member)));
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, removed)));
        ProvisionTenant next = command with
        {
            Domains = [RecordsSilo.NewDomain()],
            Members = [.. command.Members, new(added, Role.Auditor)],
        };
        Assert.True(Assert.IsType<TenantProvisioned>(await Silo.Tenant(tenant).ProvisionAsync(next, Cancel)).Changed);
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
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(quota: null, new Member(second, Role.Owner));
        Silo.Durable.FailsWrite = static (name, after) => name == "tenant" && !after;
        try
        {
            await Assert.ThrowsAnyAsync<OrleansException>(() =>
                Silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(owner, second), Cancel)
            );
        }
        finally
        {
            Silo.Durable.FailsWrite = null;
        }
        Assert.Equal(Role.Owner, await RolesAsync(tenant, second));
        Assert.Equal(LedgerEvent.MemberRemoved, (await LedgerAsync(tenant))[^1].Event);
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, second)));
    }
}
