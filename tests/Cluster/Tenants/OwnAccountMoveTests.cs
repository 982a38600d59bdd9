using Lethe.ClusterTests.Cells;
using Lethe.Contracts;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Moves;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.ClusterTests.Tenants;

/// <summary>A change of region whose owner has an account of our own: the account is in one cell at a time.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class OwnAccountMoveTests(TwoCells cells)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Move_ByAnOwnerOfOurOwn_InvitesThereAndErasesHere()
    {
        (TenantId tenant, Caller owner, string email) = await NewOwnerAsync();
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant, owner, Region.Ch, Cancel));
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant, Cancel));

        Assert.IsType<TenantElsewhere>(await cells.Eu.Silo.Tenant(tenant).RouteAsync(Cancel));
        Assert.IsType<TenantHere>(await cells.Ch.Silo.Tenant(tenant).RouteAsync(Cancel));
        Assert.Empty(await ListAsync(cells.Eu, tenant));
        AccountDescription arrived = Assert.Single(await ListAsync(cells.Ch, tenant));
        Assert.Equal((email, AccountStatus.Invited), (arrived.Email, arrived.Status));
        AccountId there = cells.Ch.Services.GetRequiredService<Pseudonyms>().Of(TrustedIssuer.OwnName, arrived.Id);
        MemberFound member = Assert.IsType<MemberFound>(await cells.Ch.Silo.Tenant(tenant).MemberAsync(there, Cancel));
        Assert.Equal(Role.Owner, member.Roles);
    }

    [Fact]
    public async Task Move_ToACellWhereTheAddressIsSomebodyElses_IsRefusedAndChangesNothing()
    {
        (TenantId tenant, Caller owner, string email) = await NewOwnerAsync();
        await using (AsyncServiceScope scope = cells.Ch.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<InvitationService>().CreateAsync(RecordsSilo.NewTenant(), email, "de", Cancel);
        }
        Assert.Equal("region_not_available", (await cells.Eu.Driver.BeginAsync(tenant, owner, Region.Ch, Cancel))?.Code);
        Assert.IsType<TenantHere>(await cells.Eu.Silo.Tenant(tenant).RouteAsync(Cancel));
        Assert.Single(await ListAsync(cells.Eu, tenant));
    }

    [Fact]
    public async Task Invitation_WhoseAnswerIsLost_IsErasedWithinTheHour()
    {
        (TenantId tenant, Caller owner, _) = await NewOwnerAsync();
        cells.Eu.Link.Reset();
        cells.Eu.Link.LosesAnswer = 0;
        Assert.Equal("other_cell_unavailable", (await cells.Eu.Driver.BeginAsync(tenant, owner, Region.Ch, Cancel))?.Code);
        cells.Eu.Link.Reset();
        Assert.Single(await ListAsync(cells.Ch, tenant)); // the other cell invited, and this one does not know

        for (int minutes = 0; minutes < 60 && (await ListAsync(cells.Ch, tenant)).Count > 0; minutes += 5)
        {
            cells.Ch.Silo.Clock.Advance(TimeSpan.FromMinutes(5));
            await Task.Delay(200, Cancel); // Control's own round, by that clock
        }
        Assert.Empty(await ListAsync(cells.Ch, tenant));
        Assert.Single(await ListAsync(cells.Eu, tenant));
        Assert.IsType<TenantHere>(await cells.Eu.Silo.Tenant(tenant).RouteAsync(Cancel));
    }

    [Fact]
    public async Task Invitation_ErasedBeforeTheTenantComes_MakesTheMoveEndWhereItBegan()
    {
        (TenantId tenant, Caller owner, _) = await NewOwnerAsync();
        _ = await EraseStraysAsync(); // what other tests have left, so that what is counted is this one's
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant, owner, Region.Ch, Cancel));
        Assert.Equal(1, await EraseStraysAsync());
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant, Cancel));
        Assert.IsType<TenantHere>(await cells.Eu.Silo.Tenant(tenant).RouteAsync(Cancel));
        Assert.Single(await ListAsync(cells.Eu, tenant));
        Assert.Empty(await ListAsync(cells.Ch, tenant));
    }

    [Fact]
    public async Task Invitation_OfATenantThatArrives_IsKept()
    {
        (TenantId tenant, Caller owner, _) = await NewOwnerAsync();
        _ = await EraseStraysAsync(); // what other tests have left, so that what is counted is this one's
        Assert.Null(await cells.Eu.Driver.BeginAsync(tenant, owner, Region.Ch, Cancel));
        Assert.Equal(MoveProgress.Stepped, await cells.Eu.Driver.StepAsync(tenant, Cancel)); // handed over; not served yet
        Assert.Equal(0, await EraseStraysAsync());
        Assert.True(await cells.Eu.Driver.DriveAsync(tenant, Cancel));
        Assert.Equal(0, await EraseStraysAsync());
        Assert.Single(await ListAsync(cells.Ch, tenant));
        Assert.IsType<TenantHere>(await cells.Ch.Silo.Tenant(tenant).RouteAsync(Cancel));
    }

    // As if all of them were old.
    private Task<int> EraseStraysAsync() =>
        cells
            .Ch.Services.GetRequiredService<MovedAccounts>()
            .EraseStraysAsync(cells.Ch.Silo.Grains, cells.Ch.Silo.Clock.GetUtcNow().AddMinutes(1), Cancel);

    private static async Task<IReadOnlyList<AccountDescription>> ListAsync(OneCell cell, TenantId tenant)
    {
        await using AsyncServiceScope scope = cell.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AccountAdministration>().ListAsync(tenant, Cancel);
    }

    private async Task<(TenantId Tenant, Caller Owner, string Email)> NewOwnerAsync()
    {
        TenantId tenant = RecordsSilo.NewTenant();
        string email = $"owner-{Guid.NewGuid():N}@kanzlei.example";
        await using AsyncServiceScope scope = cells.Eu.Services.CreateAsyncScope();
        InvitationService invitations = scope.ServiceProvider.GetRequiredService<InvitationService>();
        string subject = Assert.IsType<Invited>(await invitations.CreateAsync(tenant, email, "de", Cancel)).AccountId;
        AccountId account = cells.Eu.Services.GetRequiredService<Pseudonyms>().Of(TrustedIssuer.OwnName, subject);
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], [new(account, Role.Owner)], Quota: null);
        Assert.IsType<TenantProvisioned>(await cells.Eu.Silo.Tenant(tenant).ProvisionAsync(command, Cancel));
        TrustedIssuer own = cells.Eu.Services.GetRequiredService<CellIssuers>().Own;
        return (tenant, new(own, subject, account) { Tenant = tenant }, email);
    }
}
