using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Tokens;

/// <summary>Sets tokens of a tenant's quota aside.</summary>
/// <param name="Account">A member of the tenant.</param>
/// <param name="Epoch">The current epoch.</param>
/// <param name="Count">1 to 100; fewer are set aside when fewer are left.</param>
/// <param name="VisitorOf">The issuer of the tenant's own identity provider, for somebody who is no member; else null.</param>
[GenerateSerializer, Immutable, Alias("reserve-tokens")]
public sealed record ReserveTokens(
    [property: Id(0)] AccountId Account,
    [property: Id(1)] long Epoch,
    [property: Id(2)] int Count,
    [property: Id(3)] string? VisitorOf = null
);

/// <summary>Tokens are set aside.</summary>
/// <param name="Count">How many: 1 or more.</param>
/// <param name="PolicyClass">The tenant's policy class, whose key signs.</param>
/// <param name="PerAccount">How many an account may draw in the epoch.</param>
[GenerateSerializer, Immutable, Alias("tokens-reserved")]
public sealed record TokensReserved(
    [property: Id(0)] int Count,
    [property: Id(1)] PolicyClass PolicyClass,
    [property: Id(2)] int PerAccount
) : TenantResult;

/// <summary>Why no tokens are given.</summary>
[GenerateSerializer, Alias("tokens-refusal")]
public enum TokensRefusal
{
    /// <summary>The account has drawn what it may in this epoch.</summary>
    AccountQuotaSpent = 1,

    /// <summary>The tenant has drawn what it may in this epoch.</summary>
    TenantQuotaSpent = 2,

    /// <summary>None of the messages is for the current key of the tenant's class.</summary>
    UnknownKey = 3,

    /// <summary>A message is not a number below the modulus.</summary>
    Malformed = 4,

    /// <summary>The account's roles do not let it draw tokens.</summary>
    NotAllowed = 5,
}

/// <summary>No tokens are given.</summary>
/// <param name="Reason">Why not.</param>
/// <param name="RetryAfterSeconds">When the next epoch begins; 0 when waiting does not help.</param>
/// <param name="PolicyClass">Whose current key signs for the tenant; null when that is not the reason, or no key does.</param>
[GenerateSerializer, Immutable, Alias("tokens-refused")]
public sealed record TokensRefused(
    [property: Id(0)] TokensRefusal Reason,
    [property: Id(1)] int RetryAfterSeconds,
    [property: Id(2)] PolicyClass? PolicyClass = null
) : TenantResult;

/// <summary>Tokens are drawn.</summary>
/// <param name="Count">How many: 0 when none were left.</param>
/// <param name="First">Whether they are the account's first of the epoch.</param>
[GenerateSerializer, Immutable, Alias("quota-drawn")]
public readonly record struct QuotaDrawn([property: Id(0)] int Count, [property: Id(1)] bool First);

/// <summary>
/// What one account has drawn in one epoch. Grain key: <c>q/</c> and the HMAC of the account under a key of the epoch, which
/// is destroyed with it.
/// </summary>
[GrainInterfaceType("quota")]
public interface IQuotaGrain : IGrainWithStringKey
{
    /// <summary>Counts tokens as drawn, durably, before any is signed. What is drawn and not signed is lost.</summary>
    /// <param name="count">1 to 100; fewer are drawn when fewer are left.</param>
    /// <param name="limit">How many the account may draw in the epoch.</param>
    /// <param name="expiresAt">When the epoch ends and the count may be forgotten.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>How many were drawn: 0 to <paramref name="count"/>.</returns>
    [Alias("draw")]
    Task<QuotaDrawn> DrawAsync(int count, int limit, DateTimeOffset expiresAt, CancellationToken cancellationToken);
}
