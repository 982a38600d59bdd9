namespace Lethe.Control.Identity.Accounts.Storage;

/// <summary>Failed attempts for one address that somebody typed, whether it has an account or not.</summary>
internal sealed class AttemptRow
{
    /// <summary>Gets or sets the address's pseudonym: HMAC-SHA-256 under a key of its own, 64 hex digits.</summary>
    public string AddressHash { get; set; } = string.Empty;

    /// <summary>Gets or sets the failures in a row.</summary>
    public int Failures { get; set; }

    /// <summary>Gets or sets until when every attempt fails; null when it is not locked.</summary>
    public DateTime? LockedUntil { get; set; }

    /// <summary>Gets or sets when the last one was.</summary>
    public DateTime LastAt { get; set; }
}

/// <summary>A key that signs or encrypts tokens, wrapped under the KEK.</summary>
internal sealed class TokenKeyRow
{
    /// <summary>Gets or sets its random name, the <c>kid</c>.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Gets or sets its use: <c>sig</c> (ES256) or <c>enc</c> (256 bits).</summary>
    public string Use { get; set; } = string.Empty;

    /// <summary>Gets or sets its number, 1 and up: of two Controls that make the next one, one wins.</summary>
    public int Generation { get; set; }

    /// <summary>Gets or sets the key, wrapped.</summary>
    public byte[] Wrapped { get; set; } = [];

    /// <summary>Gets or sets which KEK wraps it.</summary>
    public string KekId { get; set; } = string.Empty;

    /// <summary>Gets or sets from when on it is used.</summary>
    public DateTime NotBefore { get; set; }

    /// <summary>Gets or sets until when it is used.</summary>
    public DateTime NotAfter { get; set; }

    /// <summary>Gets or sets when it is destroyed: after the last token that needs it.</summary>
    public DateTime DestroyAfter { get; set; }
}

/// <summary>A data-protection key (of cookies and antiforgery tokens), wrapped under the KEK.</summary>
internal sealed class DataProtectionKeyRow
{
    /// <summary>Gets or sets its name.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Gets or sets the key's XML, wrapped.</summary>
    public byte[] Wrapped { get; set; } = [];

    /// <summary>Gets or sets which KEK wraps it.</summary>
    public string KekId { get; set; } = string.Empty;

    /// <summary>Gets or sets when it is destroyed.</summary>
    public DateTime DestroyAfter { get; set; }
}

/// <summary>A question to a passkey that was answered: it is answered once.</summary>
internal sealed class SpentChallengeRow
{
    /// <summary>Gets or sets SHA-256 of the challenge, 64 hex digits.</summary>
    public string Hash { get; set; } = string.Empty;

    /// <summary>Gets or sets when it may be forgotten: after the question itself has ended.</summary>
    public DateTime ForgetAt { get; set; }
}

/// <summary>What a tenant has decided about sign-in.</summary>
internal sealed class SignInSettingsRow
{
    /// <summary>Gets or sets the tenant.</summary>
    public string TenantId { get; set; } = string.Empty;

    /// <summary>Gets or sets a value indicating whether its people may sign in by device code.</summary>
    public bool DeviceFlow { get; set; } = true;
}
