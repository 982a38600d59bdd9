using Lethe.Contracts.Tenants;
using Lethe.Control.Hosting;
using Lethe.Control.Identity;

namespace Lethe.Control;

/// <content>Problems of the member list.</content>
public static partial class Problems
{
    /// <summary>Gets the problem of an account that is no member of the caller's tenant.</summary>
    public static Problem MemberUnknown => new(404, "member_unknown", "There is no such member", "List the members at /v1/admin/members.");

    /// <summary>Gets the problem of what the caller's roles do not allow for this member or these roles.</summary>
    public static Problem MemberNotYours =>
        new(
            403,
            "member_not_yours",
            "The caller's roles do not reach this member or these roles",
            "An owner gives and takes every role; a user admin the role member. Nothing was changed."
        );

    /// <summary>Gets the problem of a tenant that would be left without an owner.</summary>
    public static Problem LastOwner =>
        new(
            409,
            "last_owner",
            "The tenant would be left without an active owner",
            "Make somebody else an owner first. Nothing was changed."
        );

    /// <summary>Gets the problem of an invitation of somebody who is a member.</summary>
    public static Problem MemberExists =>
        new(409, "member_exists", "The address is a member's already, or is invited to other roles", "Change the member's roles instead.");

    /// <summary>Gets the problem of a tenant that is full.</summary>
    public static Problem MembersFull =>
        new(409, "members_full", "The tenant has as many members as it may have", "Remove one, or ask the operator.");

    /// <summary>Gets the problem of a mail to a deactivated member.</summary>
    public static Problem MemberDeactivated =>
        new(409, "member_deactivated", "The member is deactivated", "Reactivate the member first. Nothing was sent.");

    /// <summary>Gets the problem of an invitation that was accepted.</summary>
    public static Problem InvitationAccepted =>
        new(409, "invitation_accepted", "The member has accepted", "There is no invitation to send again.");

    /// <summary>Gets the problem of a member that has no account with us, but with the tenant's own identity provider.</summary>
    public static Problem MemberHasNoAccount =>
        new(409, "member_has_no_account", "The member signs in with the tenant's own identity provider", "Turn to that provider.");

    /// <summary>Gets the problem of an address that is none.</summary>
    public static Problem EmailInvalid =>
        new(422, "email_invalid", "The address is no e-mail address", "Send one address.") { Member = "email" };

    /// <summary>Gets the problem of a language that is none of ours.</summary>
    public static Problem LanguageUnknown =>
        new(422, "language_unknown", "There is no such language", "Send de, en, fr or it, or leave it out.") { Member = "language" };

    /// <summary>Gets the problem of a role that a tenant cannot give.</summary>
    public static Problem RoleUnknown =>
        new(
            422,
            "role_unknown",
            "A role is none that a tenant can give",
            "Send member, owner, userAdmin, policyAdmin, privacyOfficer or auditor."
        )
        {
            Member = "roles",
        };

    /// <summary>Gets the problem of an address to which too many mails were sent.</summary>
    public static Problem TooManyMails =>
        new(429, "too_many_mails", "Too many mails to this address", "Wait for an hour.") { RetryAfterSeconds = 3600 };

    /// <summary>Makes the problem of an answer of a tenant about its members that is a refusal.</summary>
    /// <param name="result">The answer.</param>
    /// <param name="options">The cells.</param>
    /// <returns>The problem.</returns>
    internal static Problem OfMembers(TenantResult result, ControlOptions options) =>
        result is MemberRefused refused
            ? refused.Reason switch
            {
                MemberRefusal.NotAllowed => MemberNotYours,
                MemberRefusal.LastOwner => LastOwner,
                MemberRefusal.NoSuchMember => MemberUnknown,
                MemberRefusal.Exists => MemberExists,
                MemberRefusal.TooMany => MembersFull,
                MemberRefusal.Deactivated => MemberDeactivated,
                _ => Unforeseen,
            }
            : TenantProblems.Of(result, options);
}
