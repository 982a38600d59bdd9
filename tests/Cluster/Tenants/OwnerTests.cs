using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

/// <summary>A tenant is never without an owner.</summary>
[Collection(RecordsSuite.Name)]
public sealed class OwnerTests(RecordsSilo silo) : MemberRules(silo)
{
    public static TheoryData<string> WaysToRemove => ["remove", "deactivate", "demote"];

    [Fact]
    public async Task LastOwner_CannotBeTakenAway()
    {
        (TenantId tenant, AccountId owner) = await Silo.ProvisionAsync();
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

    [Theory]
    [MemberData(nameof(WaysToRemove))]
    public async Task TwoOwners_RemovingEachOtherAtOnce_LeaveOne(string way)
    {
        for (int round = 0; round < 10; round++)
        {
            AccountId second = RecordsSilo.NewAccount();
            (TenantId tenant, AccountId first) = await Silo.ProvisionAsync(quota: null, new Member(second, Role.Owner | Role.Member));
            MemberCommand By(AccountId actor, AccountId other) =>
                way switch
                {
                    "remove" => new RemoveMember(actor, other),
                    "deactivate" => new DeactivateMember(actor, other),
                    _ => new ChangeRoles(actor, other, Role.Member),
                };
            TenantResult[] results = await Task.WhenAll(
                Silo.Tenant(tenant).ChangeMembersAsync(By(first, second), Cancel),
                Silo.Tenant(tenant).ChangeMembersAsync(By(second, first), Cancel)
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
        (TenantId tenant, AccountId first) = await Silo.ProvisionAsync(quota: null, new Member(second, Role.Owner));
        TenantResult[] results = await Task.WhenAll(
            Silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(first, first), Cancel),
            Silo.Tenant(tenant).ChangeMembersAsync(new RemoveMember(second, second), Cancel)
        );
        Assert.Single(results, result => result is MemberStands);
        Assert.Single(results, result => result is MemberRefused { Reason: MemberRefusal.LastOwner });
    }
}
