using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Tokens;

/// <summary>
/// Signs blinded messages for a member of a tenant, after its quotas are reserved durably. A stateless worker in the records
/// silo: the private key never leaves. Any grain key; use <see cref="Key"/>.
/// </summary>
[GrainInterfaceType("blind-signer")]
public interface IBlindSigner : IGrainWithStringKey
{
    /// <summary>The grain key.</summary>
    const string Key = "z/signer";

    /// <summary>Reserves the quotas, then signs with the current key of the tenant's class.</summary>
    /// <param name="command">For whom, and what.</param>
    /// <param name="cancellationToken">Observed until the quota is written.</param>
    /// <returns><see cref="TokensSigned"/>, <see cref="TokensRefused"/>, <see cref="MemberUnknown"/>, or where the tenant is.</returns>
    [Alias("sign")]
    Task<TenantResult> SignAsync(SignTokens command, CancellationToken cancellationToken);
}

/// <summary>Asks for blind signatures.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Account">The account.</param>
/// <param name="Requests">1 to 100 messages.</param>
/// <param name="VisitorOf">The issuer of the tenant's own identity provider, for somebody who is no member; else null.</param>
[GenerateSerializer, Immutable, Alias("sign-tokens")]
public sealed record SignTokens(
    [property: Id(0)] TenantId Tenant,
    [property: Id(1)] AccountId Account,
    [property: Id(2)] IReadOnlyList<BlindedMessage> Requests,
    [property: Id(3)] string? VisitorOf = null
);

/// <summary>One blinded message.</summary>
/// <param name="TruncatedKeyId">The last byte of the key id that the client wants.</param>
/// <param name="Message">256 bytes, smaller than the modulus.</param>
[GenerateSerializer, Immutable, Alias("blinded-message")]
public sealed record BlindedMessage([property: Id(0)] byte TruncatedKeyId, [property: Id(1)] ReadOnlyMemory<byte> Message);

/// <summary>Signatures, in the order of the requests.</summary>
/// <param name="Signatures">256 bytes each; empty where a message was not one that the current key signs, or no quota was left.</param>
/// <param name="Drawn">How many were signed.</param>
[GenerateSerializer, Immutable, Alias("tokens-signed")]
public sealed record TokensSigned([property: Id(0)] IReadOnlyList<ReadOnlyMemory<byte>> Signatures, [property: Id(1)] int Drawn)
    : TenantResult;
