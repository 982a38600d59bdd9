using System.Collections.Frozen;
using Lethe.Contracts.Tenants;

namespace Lethe.Control.Identity;

/// <summary>
/// Role × route: who may call what, written down here and nowhere else. <see cref="RoleGate"/> decides by it, before anything
/// of a body is read; a route without a row is closed to everybody. Grains check again what they hold.
/// </summary>
internal static class RoleMatrix
{
    private const Role AnyMember = Roles.OfTenants;
    private const Role Managers = Role.Owner | Role.UserAdmin;
    private const Role SeesMembers = Roles.ThatSeeMembers;

    /// <summary>Gets the rows, one per route and set of methods.</summary>
    public static IReadOnlyList<RoleRow> Rows { get; } =
    [
        // Everybody.
        Anyone("GET", "/openapi/{documentName}.json"),
        Anyone("POST", "/v1/discovery"),
        Anyone("GET", "/.well-known/private-token-issuer-directory"),
        // The pages of accounts: known by the browser's cookie, or by the code of a mail.
        Anyone("GET", "/assets/{hash}/{name}"),
        Anyone("GET POST", "/account/sign-in"),
        Anyone("POST", "/account/sign-out"),
        Anyone("GET", "/account/signed-out"),
        Anyone("GET POST", "/account/forgotten"),
        Anyone("GET POST", "/account/reset"),
        Anyone("GET", "/account/reset-done"),
        Anyone("GET POST", "/account/invitation"),
        Anyone("GET POST", "/account/email"),
        Anyone("GET", "/account/deleted"),
        Anyone("GET", "/account/{**path}"),
        Anyone("GET", "/console/{**path}"),
        SignedIn("GET", "/account"),
        SignedIn("GET", "/account/device"),
        SignedIn("GET", "/account/device-done"),
        SignedIn("GET", "/account/device-refused"),
        SignedIn("GET POST", "/account/confirm"),
        SignedIn("GET POST", "/account/change-email"),
        SignedIn("POST", "/account/language"),
        SignedIn("GET POST", "/account/passkey"),
        SignedIn("POST", "/account/passkey/rename"),
        SignedIn("POST", "/account/passkey/remove"),
        SignedIn("GET POST", "/account/password"),
        SignedIn("POST", "/account/password/remove"),
        SignedIn("GET", "/account/sessions"),
        SignedIn("POST", "/account/sessions/end"),
        SignedIn("POST", "/account/sessions/end-all"),
        SignedIn("GET", "/account/data"),
        SignedIn("POST", "/account/data/export"),
        SignedIn("POST", "/account/data/delete"),
        Anyone("POST", "/account/passkeys/request-options"),
        SignedIn("POST", "/account/passkeys/creation-options"),
        // The console's pages: known by the browser's cookie, and the roles that our own store gives to its account.
        InBrowser("GET", "/console", AnyMember),
        InBrowser("GET", "/console/members", SeesMembers),
        InBrowser("POST", "/console/members/invite", Managers),
        InBrowser("POST", "/console/members/roles", Managers),
        InBrowser("POST", "/console/members/deactivate", Managers),
        InBrowser("POST", "/console/members/activate", Managers),
        InBrowser("POST", "/console/members/resend", Managers),
        // OpenID Connect: known by what the protocol asks for.
        Anyone("GET POST", "/connect/authorize"),
        Anyone("POST", "/connect/token"),
        SignedIn("GET POST", "/connect/verify"),
        Anyone("GET POST", "/connect/logout"),
        // Session tokens.
        For("POST", "/token-request", Role.Owner | Role.Member),
        // The tenant.
        For("GET", "/v1/admin/tenant", Role.Owner | Role.PolicyAdmin),
        For("PUT", "/v1/admin/tenant", Role.Owner),
        For("GET", "/v1/admin/usage", Role.Owner | Role.PolicyAdmin),
        For("GET", "/v1/admin/ledger", Role.Owner | Role.Auditor),
        For("GET", "/v1/admin/identity-provider", Role.Owner | Role.Auditor),
        For("PUT DELETE", "/v1/admin/identity-provider", Role.Owner),
        For("GET PUT", "/v1/admin/sign-in", Managers),
        // Its members. Which of them a caller's roles reach, the tenant decides.
        For("GET", "/v1/admin/members", SeesMembers),
        For("POST", "/v1/admin/members", Managers),
        For("GET", "/v1/admin/members/{memberId}", SeesMembers),
        For("PUT", "/v1/admin/members/{memberId}/roles", Managers),
        For("POST", "/v1/admin/members/{memberId}/invitation", Managers),
        For("POST", "/v1/admin/members/{memberId}/reset-mail", Managers),
        For("POST DELETE", "/v1/admin/members/{memberId}/deactivation", Managers),
        For("DELETE", "/v1/admin/members/{memberId}", SeesMembers),
        For("GET", "/v1/admin/members/{memberId}/export", Role.Owner | Role.PrivacyOfficer),
        // Each member's own account.
        For("GET", "/v1/account", AnyMember),
        For("GET", "/v1/account/export", AnyMember),
        For("DELETE", "/v1/account", AnyMember),
        // Support, of each member's own cases.
        For("POST", "/v1/support/cases", AnyMember),
        For("GET", "/v1/support/cases", AnyMember),
        For("DELETE", "/v1/support/cases", AnyMember),
        For("GET", "/v1/support/cases/{caseId}", AnyMember),
        For("DELETE", "/v1/support/cases/{caseId}", AnyMember),
        For("POST", "/v1/support/cases/{caseId}/messages", AnyMember),
        For("GET", "/v1/support/cases/{caseId}/messages", AnyMember),
        For("GET", "/v1/support/export", AnyMember),
        For("GET", "/v1/support/consent-text", AnyMember),
        For("POST", "/v1/support/cases/{caseId}/shares", AnyMember),
        For("GET", "/v1/support/shares/{shareId}", AnyMember),
        For("PUT", "/v1/support/shares/{shareId}/document", AnyMember),
        For("GET", "/v1/support/shares/{shareId}/document", AnyMember),
        For("DELETE", "/v1/support/shares/{shareId}", AnyMember),
        // The operator's staff.
        For("GET", "/v1/desk/cases/{caseId}", Role.Support),
        For("GET", "/v1/desk/cases/{caseId}/messages", Role.Support),
        For("POST", "/v1/desk/cases/{caseId}/messages", Role.Support),
        For("GET", "/v1/desk/shares/{shareId}", Role.Support),
        For("GET", "/v1/desk/shares/{shareId}/document", Role.Support),
        For("POST", "/v1/desk/reset-mail", Role.Support),
        For("POST", "/v1/operator/classes/{policyClass}/epochs/{epoch:long}/close", Role.Operator),
        For("POST", "/v1/operator/identity-providers/release", Role.Operator),
        For("GET", "/v1/operator/ledger", Role.Operator),
    ];

    private static readonly FrozenDictionary<(string Method, string Pattern), RoleRow> Index = Rows.SelectMany(row =>
            row.Methods.Select(method => (Key: (method, row.Pattern), row))
        )
        .ToFrozenDictionary(entry => entry.Key, entry => entry.row); // after the rows: initialisers run in order

    /// <summary>Finds the row of a route.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pattern">The route's pattern: <see cref="PatternOf"/>.</param>
    /// <returns>The row; null when there is none.</returns>
    public static RoleRow? Find(string method, string pattern) => Index.GetValueOrDefault((method, pattern));

    /// <summary>Writes the pattern of a route as the rows do.</summary>
    /// <param name="route">The route.</param>
    /// <returns>With a slash before and none behind.</returns>
    public static string PatternOf(RouteEndpoint route) => "/" + (route.RoutePattern.RawText ?? string.Empty).Trim('/');

    private static RoleRow Anyone(string methods, string pattern) => new(methods.Split(' '), pattern, Audience.Anyone, Role.None);

    private static RoleRow SignedIn(string methods, string pattern) => new(methods.Split(' '), pattern, Audience.SignedIn, Role.None);

    private static RoleRow InBrowser(string methods, string pattern, Role anyOf) =>
        new(methods.Split(' '), pattern, Audience.Browser, anyOf);

    private static RoleRow For(string methods, string pattern, Role anyOf) => new(methods.Split(' '), pattern, Audience.Roles, anyOf);
}

/// <summary>How a route knows its callers.</summary>
internal enum Audience
{
    /// <summary>Not at all: everybody may call.</summary>
    Anyone,

    /// <summary>By the cookie of a signed-in account, or the code of a mail to it: the handler asks for it.</summary>
    SignedIn,

    /// <summary>By the cookie of a signed-in account, and the roles that our own store gives to it: for pages.</summary>
    Browser,

    /// <summary>By an access token, and the roles that our own store gives to its account.</summary>
    Roles,
}

/// <summary>A row of the matrix.</summary>
/// <param name="Methods">The HTTP methods.</param>
/// <param name="Pattern">The route's pattern, with a leading slash.</param>
/// <param name="Audience">How it knows its callers.</param>
/// <param name="AnyOf">The roles of which one is enough; none for other audiences.</param>
internal sealed record RoleRow(IReadOnlyList<string> Methods, string Pattern, Audience Audience, Role AnyOf);
