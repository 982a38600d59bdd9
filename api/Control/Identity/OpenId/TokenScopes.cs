namespace Lethe.Control.Identity.OpenId;

/// <summary>The scopes of our own access tokens: what a client may do with one, beside what the person may.</summary>
internal static class TokenScopes
{
    /// <summary>Draw session tokens.</summary>
    public const string Issue = "tokens.issue";

    /// <summary>Open and answer support cases.</summary>
    public const string Support = "support";

    /// <summary>Administer a tenant.</summary>
    public const string Admin = "admin";
}

/// <summary>On a group of routes: which scope an access token of ours must have.</summary>
/// <param name="Scope">One of <see cref="TokenScopes"/>.</param>
internal sealed record RequiredScope(string Scope);
