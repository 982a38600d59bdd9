namespace Lethe.Control.Identity.Accounts;

/// <summary>How an attempt to sign in ended.</summary>
internal enum SignInOutcome
{
    /// <summary>Signed in: the cookie is set.</summary>
    SignedIn,

    /// <summary>Not signed in. The one answer for unknown, wrong, locked, deactivated and not yet accepted.</summary>
    Refused,

    /// <summary>Too many attempts from this network, or for this address from this network: to be tried in a minute.</summary>
    TooMany,
}

/// <summary>How setting a password or passkey ended.</summary>
internal enum CredentialOutcome
{
    /// <summary>It is set.</summary>
    Done,

    /// <summary>The link is unknown, used or too old: one answer for all.</summary>
    LinkInvalid,

    /// <summary>The password is shorter than 12 characters or longer than 128.</summary>
    PasswordLength,

    /// <summary>The password is one of the most common ones, or the address.</summary>
    PasswordCommon,

    /// <summary>The present password is not the right one.</summary>
    PasswordWrong,

    /// <summary>The passkey's answer was not valid for the question.</summary>
    PasskeyInvalid,

    /// <summary>Too many attempts.</summary>
    TooMany,
}

/// <summary>What somebody chose to sign in with.</summary>
internal abstract record NewCredential
{
    /// <inheritdoc/>
    public sealed override string ToString() => nameof(NewCredential);
}

/// <summary>A password.</summary>
/// <param name="Password">12 to 128 characters.</param>
internal sealed record NewPassword(string Password) : NewCredential;

/// <summary>A passkey.</summary>
/// <param name="CredentialJson">What the browser answered, a <c>PublicKeyCredential</c> as JSON.</param>
/// <param name="Name">What its owner calls it; at most 40 characters.</param>
internal sealed record NewPasskey(string CredentialJson, string? Name) : NewCredential;
