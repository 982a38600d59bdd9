using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control.Admin.Members;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Support;
using Microsoft.Extensions.Options;

namespace Lethe.Control.OwnAccount;

/// <summary>Gives a data subject, or a privacy officer who answers one, everything that is stored of an account.</summary>
/// <param name="accounts">The accounts behind members.</param>
/// <param name="sessions">What is signed in.</param>
/// <param name="passkeys">The passkeys.</param>
/// <param name="grains">The records silos.</param>
/// <param name="options">The cells.</param>
internal sealed class AccountExport(
    MemberAccounts accounts,
    AccountSessions sessions,
    PasskeyService passkeys,
    IGrainFactory grains,
    IOptions<ControlOptions> options
)
{
    /// <summary>Makes the export, after it is recorded.</summary>
    /// <param name="tenant">Who asks, and where.</param>
    /// <param name="member">Whose data.</param>
    /// <param name="cancellationToken">Observed before each call.</param>
    /// <returns>An <see cref="AccountExportResponse"/>, or the problem.</returns>
    public async Task<IResult> MakeAsync(TenantContext tenant, AccountId member, CancellationToken cancellationToken)
    {
        TenantResult result = await grains
            .GetGrain<ITenantGrain>(tenant.Tenant.GrainKey)
            .ChangeMembersAsync(new ServeMember(tenant.Account, member, MemberDeed.Export), cancellationToken);
        if (result is not MemberStands stands)
        {
            return Problems.OfMembers(result, options.Value);
        }
        Account? account = await accounts.FindAsync(tenant.Tenant, member, cancellationToken);
        IReadOnlyList<OpenCase> cases = await SupportExport.OpenCasesAsync(
            new SupportOwner(tenant.Tenant, member),
            grains,
            cancellationToken
        );
        return TypedResults.Ok(
            new AccountExportResponse(
                tenant.Tenant.Value,
                MemberResponse.Of(stands.Member, account),
                account is null ? null : new DateTimeOffset(DateTime.SpecifyKind(account.CreatedAt, DateTimeKind.Utc)),
                account is null
                    ? []
                    :
                    [
                        .. (await sessions.ListAsync(account.Id, cancellationToken)).Select(session => new ExportedSession(
                            session.Client,
                            session.CreatedAt
                        )),
                    ],
                account is null
                    ? []
                    : [.. (await passkeys.ListAsync(account)).Select(passkey => new ExportedPasskey(passkey.Name, passkey.CreatedAt))],
                [.. cases.Select(open => new ExportedCase(open.Id.ToString(), open.Case.CreatedAt, open.Case.ExpiresAt))]
            )
        );
    }
}

/// <summary>Everything that is stored of an account. What was sent to support, its owner alone reads: <c>/v1/support/export</c>.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Member">Address, language, status, roles, and until when drawn tokens can be used.</param>
/// <param name="CreatedAt">When the account was made; null when there is none with us.</param>
/// <param name="Sessions">What is signed in.</param>
/// <param name="Passkeys">The passkeys; their private halves are on the owner's devices.</param>
/// <param name="Cases">The open support cases.</param>
internal sealed record AccountExportResponse(
    string Tenant,
    MemberResponse Member,
    DateTimeOffset? CreatedAt,
    IReadOnlyList<ExportedSession> Sessions,
    IReadOnlyList<ExportedPasskey> Passkeys,
    IReadOnlyList<ExportedCase> Cases
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(AccountExportResponse);
}

/// <summary>A signed-in client.</summary>
internal sealed record ExportedSession(string Client, DateTimeOffset SignedInAt);

/// <summary>A passkey.</summary>
internal sealed record ExportedPasskey(string? Name, DateTimeOffset CreatedAt);

/// <summary>A support case.</summary>
internal sealed record ExportedCase(string Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
