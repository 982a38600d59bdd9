using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Support;

/// <summary>On whose behalf Control calls. The grain compares it with what it holds itself.</summary>
[GenerateSerializer, Immutable, Alias("support-caller")]
public abstract record SupportCaller;

/// <summary>A member of a tenant. Sees what the same account sent from the same tenant, and nothing else.</summary>
/// <param name="Tenant">The tenant of the validated token.</param>
/// <param name="Account">The account of the validated token.</param>
[GenerateSerializer, Immutable, Alias("support-owner")]
public sealed record SupportOwner([property: Id(0)] TenantId Tenant, [property: Id(1)] AccountId Account) : SupportCaller
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SupportOwner);
}

/// <summary>
/// One of the operator's support staff. Every access is checked against their undertaking and is in the ledger before any key is released.
/// </summary>
/// <param name="Account">The account of the validated token of the operator's own issuer.</param>
/// <param name="Reason">Why they look.</param>
[GenerateSerializer, Immutable, Alias("support-staff")]
public sealed record SupportStaff([property: Id(0)] AccountId Account, [property: Id(1)] ViewReason Reason) : SupportCaller
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SupportStaff);
}

/// <summary>Why staff look at a case or a share.</summary>
[GenerateSerializer, Alias("view-reason")]
public enum ViewReason
{
    /// <summary>The user asked for help.</summary>
    UserRequest = 1,

    /// <summary>To reproduce a fault that the user described.</summary>
    Reproduction = 2,

    /// <summary>To answer the user.</summary>
    Reply = 3,

    /// <summary>A security incident is being investigated.</summary>
    SecurityIncident = 4,

    /// <summary>A law compels the operator.</summary>
    LegalObligation = 5,
}

/// <summary>The written form of a <see cref="ViewReason"/>, as it stands in requests and in the ledger.</summary>
public static class ViewReasonNames
{
    /// <summary>Gets the written form.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>E.g. <c>userRequest</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such reason.</exception>
    public static string ToName(this ViewReason reason) =>
        reason switch
        {
            ViewReason.UserRequest => "userRequest",
            ViewReason.Reproduction => "reproduction",
            ViewReason.Reply => "reply",
            ViewReason.SecurityIncident => "securityIncident",
            ViewReason.LegalObligation => "legalObligation",
            _ => throw new ArgumentOutOfRangeException(nameof(reason)),
        };

    /// <summary>Reads the written form.</summary>
    /// <param name="name">The written form; anything else is refused.</param>
    /// <param name="reason">The reason, when true.</param>
    /// <returns>Whether the name is a reason's.</returns>
    public static bool TryParse(string? name, out ViewReason reason)
    {
        foreach (ViewReason known in Enum.GetValues<ViewReason>())
        {
            if (string.Equals(known.ToName(), name, StringComparison.Ordinal))
            {
                reason = known;
                return true;
            }
        }
        reason = default;
        return false;
    }
}
