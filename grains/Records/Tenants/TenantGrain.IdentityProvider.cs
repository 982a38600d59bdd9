using Lethe.Contracts.Ledger;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;

namespace Lethe.Records.Tenants;

/// <content>The tenant's own identity provider. Its people are not stored: who is no member is asked for here each time.</content>
internal sealed partial class TenantGrain
{
    private IIdentityProviderDirectoryGrain Issuers =>
        grains.GetGrain<IIdentityProviderDirectoryGrain>(IIdentityProviderDirectoryGrain.Key);

    /// <inheritdoc/>
    public async Task<TenantResult> SetIdentityProviderAsync(SetIdentityProvider command, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role acting = State.RolesOf(command.Actor);
        if (!acting.HasFlag(Role.Owner))
        {
            return acting == Role.None ? new MemberUnknown() : new MemberRefused(MemberRefusal.NotAllowed);
        }
        if (command.Provider is { } provider && !await Issuers.ClaimAsync(Id, provider, cancellationToken))
        {
            return new IdentityProviderTaken();
        }
        bool same = command.Provider is null ? State.IdentityProvider is null : command.Provider.IsSame(State.IdentityProvider);
        if (!same)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RecordAsync(
                command.Provider is null ? LedgerEvent.IdentityProviderRemoved : LedgerEvent.IdentityProviderSet,
                command.Actor,
                region: null
            );
            await stored.CommitAsync(State with { IdentityProvider = command.Provider }); // from here on nobody of the old one draws
        }
        if (command.Provider is null)
        {
            await Issuers.ReleaseAsync(Id, CancellationToken.None);
        }
        return new IdentityProviderStands(State.IdentityProvider);
    }

    /// <inheritdoc/>
    public async Task<TenantResult> ReleaseIdentityProviderAsync(AccountId actor, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        if (State.IdentityProvider is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RecordAsync(LedgerEvent.IdentityProviderReleased, actor, region: null);
            await stored.CommitAsync(State with { IdentityProvider = null });
        }
        await Issuers.ReleaseAsync(Id, CancellationToken.None);
        return new IdentityProviderStands(Provider: null);
    }

    /// <inheritdoc/>
    public async Task<TenantResult> ReadIdentityProviderAsync(CancellationToken cancellationToken) =>
        await ElsewhereAsync(cancellationToken) ?? new IdentityProviderStands(State.IdentityProvider);

    /// <inheritdoc/>
    public async Task<TenantResult> VisitorAsync(AccountId account, string issuer, CancellationToken cancellationToken)
    {
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role roles = State.RolesOf(account);
        return roles != Role.None ? new MemberFound(roles, Class())
            : IsVisitor(account, issuer) ? new VisitorFound(Class())
            : new MemberUnknown();
    }

    // Whoever was invited or deactivated as a member does not come in as a visitor.
    private bool IsVisitor(AccountId account, string? issuer) =>
        issuer is not null && State.IdentityProvider?.Issuer == issuer && State.Find(account) is null;
}
