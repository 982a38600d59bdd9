namespace Lethe.Control.Console.Accounts;

/// <summary>What the sign-in page shows.</summary>
/// <param name="ReturnUrl">Where to go on; null for my account.</param>
/// <param name="Email">The address as typed; null for none.</param>
/// <param name="Problem">The key of what was wrong; null for nothing.</param>
public sealed record SignInView(string? ReturnUrl, string? Email, string? Problem)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SignInView);
}

/// <summary>What a page shows on which somebody chooses how to sign in.</summary>
/// <param name="Part">Its texts: <c>reset</c> or <c>invitation</c>.</param>
/// <param name="Action">Where the form goes.</param>
/// <param name="Code">The code of the link, if it came already.</param>
/// <param name="Problem">The key of what was wrong; null for nothing.</param>
public sealed record CredentialView(string Part, string Action, string? Code, string? Problem)
{
    /// <summary>Gets a value indicating whether the link is at fault.</summary>
    public bool IsLinkInvalid => Problem == "credential.linkInvalid";

    /// <inheritdoc/>
    public override string ToString() => nameof(CredentialView);
}

/// <summary>What a page with one field shows.</summary>
/// <param name="Value">What was typed.</param>
/// <param name="Problem">The key of what was wrong; null for nothing.</param>
public sealed record FieldView(string? Value, string? Problem)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(FieldView);
}

/// <summary>What the page shows on which a device is let in.</summary>
/// <param name="UserCode">The code.</param>
/// <param name="Client">The client that asks.</param>
/// <param name="Email">As whom it would be signed in.</param>
public sealed record DeviceView(string UserCode, string Client, string Email)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(DeviceView);
}

/// <summary>What happened just before a page of my account is shown.</summary>
/// <param name="Done">The key of what was done; null for nothing.</param>
/// <param name="Problem">The key of what was wrong; null for nothing.</param>
public sealed record Outcome(string? Done = null, string? Problem = null);

/// <summary>What the first page of my account shows.</summary>
/// <param name="Email">The address.</param>
/// <param name="Language">The language of mails.</param>
/// <param name="CreatedAt">Since when the account exists.</param>
/// <param name="Outcome">What happened just before.</param>
public sealed record OverviewView(string Email, string Language, DateTimeOffset CreatedAt, Outcome Outcome)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(OverviewView);
}

/// <summary>What the page shows on which somebody proves to be still the same person.</summary>
/// <param name="Email">Who is signed in.</param>
/// <param name="HasPassword">Whether there is a password.</param>
/// <param name="HasPasskey">Whether there is a passkey.</param>
/// <param name="ReturnUrl">Where to go on; null for my account.</param>
/// <param name="Problem">The key of what was wrong; null for nothing.</param>
public sealed record ConfirmView(string Email, bool HasPassword, bool HasPasskey, string? ReturnUrl, string? Problem)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(ConfirmView);
}

/// <summary>What the page shows on which the address is changed.</summary>
/// <param name="Email">The present address.</param>
/// <param name="Outcome">What happened just before.</param>
public sealed record ChangeEmailView(string Email, Outcome Outcome)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(ChangeEmailView);
}

/// <summary>What the page of passkeys shows.</summary>
/// <param name="Passkeys">The passkeys.</param>
/// <param name="Outcome">What happened just before.</param>
public sealed record PasskeysView(IReadOnlyList<PasskeyRow> Passkeys, Outcome Outcome);

/// <summary>One passkey.</summary>
/// <param name="Id">Its id, base64url.</param>
/// <param name="Name">What its owner calls it; null for nothing.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="Shared">Whether several devices have it.</param>
public sealed record PasskeyRow(string Id, string? Name, DateTimeOffset CreatedAt, bool Shared)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(PasskeyRow);
}

/// <summary>What the page of the password shows.</summary>
/// <param name="HasPassword">Whether there is one.</param>
/// <param name="HasPasskey">Whether there is another way to sign in.</param>
/// <param name="Outcome">What happened just before.</param>
public sealed record PasswordView(bool HasPassword, bool HasPasskey, Outcome Outcome);

/// <summary>What the page of sessions shows.</summary>
/// <param name="Sessions">The sessions.</param>
/// <param name="Outcome">What happened just before.</param>
public sealed record SessionsView(IReadOnlyList<SessionRow> Sessions, Outcome Outcome);

/// <summary>One session.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Client">The program.</param>
/// <param name="CreatedAt">When it began.</param>
public sealed record SessionRow(string Id, string Client, DateTimeOffset CreatedAt);
