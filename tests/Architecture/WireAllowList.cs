namespace Lethe.ArchitectureTests;

/// <summary>Every string and every run of bytes that may cross a grain call, and why it cannot be content. A new line is a review.</summary>
internal static class WireAllowList
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // Both planes.
            ["Sealed.bytes"] = "ciphertext: the one type for content, its text is a constant",
            // Content plane.
            ["OpenSession.NonceHash"] = "SHA-256 of random bits, 32 bytes",
            // Identity plane: ids that parse once, at the edge.
            ["TenantId.value"] = "a slug that an operator gave",
            ["AccountId.value"] = "HMAC of issuer and subject",
            ["DomainId.value"] = "HMAC of a login domain",
            ["PolicyClass.name"] = "a name out of the route file",
            // Identity plane: what an owner set for the firm's own sign-in; the same for all of its people.
            ["ITenantGrain.VisitorAsync.issuer"] = "the URL of a firm's identity provider",
            ["ReserveTokens.VisitorOf"] = "the URL of a firm's identity provider",
            ["SignTokens.VisitorOf"] = "the URL of a firm's identity provider",
            ["IdentityProvider.Issuer"] = "the URL of a firm's identity provider",
            ["IdentityProvider.Audience"] = "the name under which that provider knows us",
            ["IdentityProvider.RequiredScope"] = "the name of a scope there",
            ["IdentityProvider.ClientId"] = "the name of the plugin there",
            ["RequiredClaim.Name"] = "the name of a claim there",
            ["RequiredClaim.Value"] = "the value that a claim must have: a directory's or an application's id",
            // Identity plane: keys, signatures, digests of our own texts.
            ["BlindedMessage.Message"] = "blinded: random to whoever reads it",
            ["TokensSigned.Signatures"] = "blind signatures",
            ["IssuerKey.Spki"] = "a public key",
            ["IssuerKey.KeyId"] = "SHA-256 of a public key",
            ["IssuerKey.Handle"] = "a random name in the key store",
            ["IssuerKey.AccountHandle"] = "a random name in the key store",
            ["DirectoryRecord.Signature"] = "a cell's signature over what stands beside it",
            ["SupportKey.bytes"] = "a case's or share's key, its text is a constant",
            ["DocumentConsent.TextSha256"] = "SHA-256 of our own consent text",
            ["ShareReceipt.TextSha256"] = "SHA-256 of our own consent text",
            ["Undertaking.Sha256"] = "SHA-256 of a signed undertaking",
            ["LedgerEntry.Subject"] = "a random id or an account id, checked by the ledger",
            ["LedgerLine.Hash"] = "the ledger's chain of hashes",
        };
}
