namespace Lethe.Contracts.Ledger;

/// <summary>What a ledger entry records. Stored by number: a number is never given a new meaning.</summary>
[GenerateSerializer, Alias("ledger-event")]
public enum LedgerEvent
{
    /// <summary>A tenant was set up. Subject: none.</summary>
    TenantProvisioned = 1,

    /// <summary>An invited account accepted and is a member. Subject: the member's account. Roles: its own.</summary>
    MemberAdded = 2,

    /// <summary>A member was removed. Subject: the member's account.</summary>
    MemberRemoved = 3,

    /// <summary>A member's roles were changed. Subject: the member's account. Roles: the new ones.</summary>
    MemberRolesChanged = 4,

    /// <summary>The tenant's settings were changed. Subject: none.</summary>
    TenantChanged = 5,

    /// <summary>A member was deactivated. Subject: the member's account.</summary>
    MemberDeactivated = 6,

    /// <summary>A member was reactivated. Subject: the member's account. Roles: those it has again.</summary>
    MemberReactivated = 7,

    /// <summary>An account was invited. Subject: the account. Roles: those offered.</summary>
    MemberInvited = 8,

    /// <summary>The mail to reset a password was sent to a member. Subject: the member's account.</summary>
    ResetMailSent = 9,

    /// <summary>A change of region began. Region: the new one.</summary>
    RegionChangeRequested = 10,

    /// <summary>The tenant left this cell. Region: the new one.</summary>
    RegionChangeCommitted = 11,

    /// <summary>The tenant arrived in this cell and is served here. Region: this one.</summary>
    RegionChangeArrived = 12,

    /// <summary>A change of region was given up; the tenant stayed. Region: the one it stayed in.</summary>
    RegionChangeAbandoned = 13,

    /// <summary>What is stored of a member was exported. Subject: the member's account.</summary>
    MemberExported = 14,

    /// <summary>The mail with an invitation was sent again. Subject: the account.</summary>
    InvitationMailSent = 15,

    /// <summary>The tenant's own identity provider was set. Subject: none.</summary>
    IdentityProviderSet = 16,

    /// <summary>The tenant's own identity provider was removed. Subject: none.</summary>
    IdentityProviderRemoved = 17,

    /// <summary>Sign-in by device code was allowed for the tenant's people. Subject: none.</summary>
    DeviceFlowAllowed = 18,

    /// <summary>Sign-in by device code was switched off for the tenant's people. Subject: none.</summary>
    DeviceFlowForbidden = 19,

    /// <summary>The tenant's own identity provider was taken from it by an operator. Subject: none; in the operator's ledger, the tenant.</summary>
    IdentityProviderReleased = 21,

    /// <summary>An epoch of a class was closed by an operator; in the operator's ledger. Subject: the class, a hyphen, the epoch.</summary>
    IssuerKeyClosed = 20,

    /// <summary>A support case was opened. Subject: the case.</summary>
    CaseOpened = 30,

    /// <summary>A message was added to a case. Subject: the case.</summary>
    CaseMessageAdded = 31,

    /// <summary>A case was read by support staff. Subject: the case.</summary>
    CaseRead = 32,

    /// <summary>A case was closed and its keys destroyed. Subject: the case.</summary>
    CaseClosed = 33,

    /// <summary>A case expired and its keys were destroyed. Subject: the case.</summary>
    CaseExpired = 34,

    /// <summary>A user consented to share one document. Subject: the share.</summary>
    ShareConsented = 40,

    /// <summary>The consented document was stored. Subject: the share.</summary>
    ShareStored = 41,

    /// <summary>The shared document was read by its owner. Subject: the share.</summary>
    ShareReadByOwner = 42,

    /// <summary>The shared document was read by support staff. Subject: the share.</summary>
    ShareReadByStaff = 43,

    /// <summary>A reading by support staff was refused. Subject: the share.</summary>
    ShareReadRefused = 44,

    /// <summary>The consent was withdrawn: key destroyed, row gone. Subject: the share.</summary>
    ShareWithdrawn = 45,

    /// <summary>The share expired: key destroyed, row gone. Subject: the share.</summary>
    ShareExpired = 46,

    /// <summary>An invitation was accepted: its owner chose how to sign in. Subject: the account, as in the following ones.</summary>
    InvitationAccepted = 50,

    /// <summary>A first password was set by the account's owner. What else was signed in ended.</summary>
    PasswordSet = 51,

    /// <summary>The password was changed by the account's owner. What else was signed in ended.</summary>
    PasswordChanged = 52,

    /// <summary>The password was removed by the account's owner, who has a passkey. What else was signed in ended.</summary>
    PasswordRemoved = 53,

    /// <summary>A new password or passkey was set by a mailed link. Everything that was signed in ended.</summary>
    AccessReset = 54,

    /// <summary>The e-mail address was changed; the new one confirmed.</summary>
    EmailChanged = 55,

    /// <summary>A passkey was added by the account's owner.</summary>
    PasskeyAdded = 56,

    /// <summary>A passkey was removed by the account's owner.</summary>
    PasskeyRemoved = 57,

    /// <summary>The account was locked for some minutes, by failed passwords. Actor: none, since nobody knows.</summary>
    AccountLocked = 58,

    /// <summary>One signed-in client was ended by the account's owner.</summary>
    SessionEnded = 59,

    /// <summary>Everything that was signed in was ended by the account's owner.</summary>
    SessionsEnded = 60,

    /// <summary>No code of a device is taken from the account for some minutes, after wrong ones.</summary>
    DeviceCodesLocked = 61,
}
