using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

/// <summary>Who may change whom in the member list.</summary>
[Collection(RecordsSuite.Name)]
public sealed class MemberRightsTests(RecordsSilo silo) : MemberRules(silo)
{
    [Fact]
    public async Task UserAdmin_MayDoWithPlainMembersWhatHeLikes_AndNothingElse()
    {
        (AccountId second, AccountId auditor, AccountId plain) = (
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount()
        );
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(
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
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(
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
    public async Task Stranger_DeactivatedOrOfAnotherTenant_IsNoMember()
    {
        AccountId gone = RecordsSilo.NewAccount();
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync(quota: null, new Member(gone, Role.Owner));
        (TenantId _, AccountId foreign) = await Silo.ProvisionAsync();
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, gone)));
        foreach (AccountId actor in (AccountId[])[gone, foreign, RecordsSilo.NewAccount()])
        {
            Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(actor, owner), Cancel));
            Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).ChangeMembersAsync(new ReactivateMember(actor, gone), Cancel));
            Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).ListMembersAsync(actor, after: null, 10, Cancel));
            Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).ReadMemberAsync(actor, owner, Cancel));
            Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).MemberAsync(actor, Cancel));
            Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).ReserveTokensAsync(new(actor, Epoch, 1), Cancel));
        }
    }

    [Fact]
    public async Task Invitation_IsAcceptedByNobodyElse_AndNotAfterItsWithdrawal()
    {
        (AccountId invited, AccountId other, AccountId held) = (
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount(),
            RecordsSilo.NewAccount()
        );
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync();
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, invited, Role.Member)));
        Assert.True(await ChangesAsync(tenant, new InviteMember(owner, held, Role.Member)));
        await RefusedAsync(tenant, new AcceptInvitation(owner, invited), MemberRefusal.NotAllowed);
        await RefusedAsync(tenant, new AcceptInvitation(other, other), MemberRefusal.NotAllowed);
        await RefusedAsync(tenant, new AcceptInvitation(other, invited), MemberRefusal.NotAllowed);
        Assert.True(await ChangesAsync(tenant, new RemoveMember(owner, invited)));
        await RefusedAsync(tenant, new AcceptInvitation(invited, invited), MemberRefusal.NotAllowed);
        Assert.True(await ChangesAsync(tenant, new DeactivateMember(owner, held)));
        await RefusedAsync(tenant, new AcceptInvitation(held, held), MemberRefusal.NotAllowed);
        Assert.IsType<MemberUnknown>(await Silo.Tenant(tenant).MemberAsync(held, Cancel));
    }
}
