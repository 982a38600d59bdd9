namespace Lethe.Control;

/// <summary>Problems of the whole host, of sign-in, tenants and tokens. A code never gets another meaning and is never used again.</summary>
public static partial class Problems
{
    /// <summary>Gets the problem of a body that is not what the route takes.</summary>
    public static Problem BodyInvalid =>
        new(400, "body_invalid", "The body is not what this route takes", "See /openapi/v1.json for the members and their types.");

    /// <summary>Gets the problem of a request that is no valid HTTP.</summary>
    public static Problem RequestInvalid => new(400, "request_invalid", "The request is no valid HTTP", "Correct the request.");

    /// <summary>Gets the problem of a path that is no route.</summary>
    public static Problem NotFound => new(404, "not_found", "There is nothing here", "See /openapi/v1.json for the routes.");

    /// <summary>Gets the problem of a method that the route does not know.</summary>
    public static Problem MethodNotAllowed =>
        new(405, "method_not_allowed", "The route does not know this method", "See the Allow header.");

    /// <summary>Gets the problem of a body that came too slowly.</summary>
    public static Problem RequestTimeout => new(408, "request_timeout", "The body came too slowly", "Send the request again.");

    /// <summary>Gets the problem of a body without a length.</summary>
    public static Problem LengthRequired => new(411, "length_required", "The request does not tell its length", "Send Content-Length.");

    /// <summary>Gets the problem of a body that is too large.</summary>
    public static Problem BodyTooLarge => new(413, "body_too_large", "The body is larger than this route takes", "Send less.");

    /// <summary>Gets the problem of a content type that the route does not take.</summary>
    public static Problem MediaTypeUnsupported =>
        new(415, "media_type_unsupported", "The route does not take this content type", "See /openapi/v1.json for the content types.");

    /// <summary>Gets the problem of headers that are too large.</summary>
    public static Problem HeadersTooLarge => new(431, "headers_too_large", "The headers are too large", "Send fewer or shorter headers.");

    /// <summary>Gets the problem of a request without an access token.</summary>
    public static Problem AccessTokenRequired =>
        new(401, "access_token_required", "An access token is needed", "Sign in and send Authorization: Bearer ….")
        {
            Authenticate = "Bearer",
        };

    /// <summary>Gets the problem of an access token that is not valid here.</summary>
    public static Problem AccessTokenInvalid =>
        new(401, "access_token_invalid", "The access token is not valid here", "Sign in again.")
        {
            Authenticate = "Bearer error=\"invalid_token\"",
        };

    /// <summary>Gets the problem of an access token without the scope that a route needs.</summary>
    public static Problem ScopeRequired =>
        new(403, "scope_required", "The access token has not got the scope that this needs", "Sign in again and ask for the scope.")
        {
            Authenticate = "Bearer error=\"insufficient_scope\"",
        };

    /// <summary>Gets the problem of a form or script request that is not of our own pages.</summary>
    public static Problem FormInvalid =>
        new(400, "form_invalid", "The form is not ours or is too old", "Open the page again. Cookies must be allowed.");

    /// <summary>Gets the problem of a page's request without a signed-in browser.</summary>
    public static Problem SignInRequired => new(401, "sign_in_required", "Nobody is signed in here", "Sign in and try again.");

    /// <summary>Gets the problem of too many attempts to sign in.</summary>
    public static Problem TooManyAttempts =>
        new(429, "too_many_attempts", "Too many attempts", "Wait for a minute.") { RetryAfterSeconds = 60 };

    /// <summary>Gets the problem of an account that is none of the tenant's.</summary>
    public static Problem NotAMember =>
        new(403, "not_a_member", "The account is not a member of this tenant", "Ask the tenant's administrator.");

    /// <summary>Gets the problem of an account without the role.</summary>
    public static Problem RoleRequired =>
        new(403, "role_required", "The account has not got the role that this needs", "Ask the tenant's owner.");

    /// <summary>Gets the problem of a tenant without an identity provider of its own.</summary>
    public static Problem NoIdentityProvider =>
        new(404, "no_identity_provider", "The tenant has no identity provider of its own", "Set one with PUT.");

    /// <summary>Gets the problem of an issuer that is another's.</summary>
    public static Problem IssuerTaken =>
        new(409, "issuer_taken", "The issuer belongs to another tenant or to the operator", "Ask the operator. Nothing was changed.");

    /// <summary>Gets the problem of an issuer that is no https URL, or everybody's.</summary>
    public static Problem IssuerUnusable =>
        new(
            422,
            "issuer_unusable",
            "The issuer cannot be a tenant's own",
            "Send the https URL of an issuer that only the firm's people sign in at."
        )
        {
            Member = "issuer",
        };

    /// <summary>Gets the problem of an issuer that was not proved.</summary>
    public static Problem IssuerNotProved =>
        new(
            422,
            "issuer_not_proved",
            "The proof is no valid access token of this issuer, audience, scope and claims, or the issuer's keys cannot be fetched",
            "Send a fresh access token; the issuer's discovery document must be reachable at a public address. Nothing was changed."
        )
        {
            Member = "proof",
        };

    /// <summary>Gets the problem of a domain that is no login domain of the tenant.</summary>
    public static Problem DomainNotTheTenants =>
        new(
            422,
            "domain_not_the_tenants",
            "The domain is no login domain of this tenant",
            "Send one of the tenant's login domains; the operator adds them. Nothing was changed."
        )
        {
            Member = "domain",
        };

    /// <summary>Gets the problem of an issuer that has nothing to do with the tenant's domain.</summary>
    public static Problem IssuerOfAnotherDomain =>
        new(
            422,
            "issuer_of_another_domain",
            "Neither the issuer's host nor the person of the proof is of the tenant's login domain",
            "Send a token of somebody whose upn, preferred_username or verified email is in the login domain. Nothing was changed."
        )
        {
            Member = "proof",
        };

    /// <summary>Gets the problem of a domain whose DNS does not name the tenant and the issuer.</summary>
    public static Problem IssuerDomainNotProved =>
        new(
            422,
            "issuer_domain_not_proved",
            "The DNS of the login domain does not name this tenant and this issuer",
            "Publish the TXT record 'lethe-tenant={tenant} issuer={issuer}' at _lethe-issuer.{domain} and try again. Nothing was changed."
        )
        {
            Member = "domain",
        };

    /// <summary>Gets the problem of an issuer that no tenant has.</summary>
    public static Problem IssuerUnclaimed =>
        new(404, "issuer_unclaimed", "No tenant of this cell has this issuer", "Look at its exact spelling.");

    /// <summary>Gets the problem of a tenant that no cell serves.</summary>
    public static Problem TenantUnknown => new(403, "tenant_unknown", "No cell serves this tenant", "Ask the operator.");

    /// <summary>Gets the problem of a tenant with data.</summary>
    public static Problem TenantHasData =>
        new(
            409,
            "tenant_has_data",
            "The tenant holds cases, shares or other accounts",
            "The region of a tenant with data cannot be changed yet. Nothing was changed."
        );

    /// <summary>Gets the problem of a region that has no cell that the tenant could move to.</summary>
    public static Problem RegionNotAvailable =>
        new(
            409,
            "region_not_available",
            "The tenant cannot move to this region",
            "That cell does not know the tenant's sign-in, or there is none. Nothing was changed."
        );

    /// <summary>Gets the problem of a region that is none.</summary>
    public static Problem RegionUnknown => new(422, "region_unknown", "There is no such region", "Choose eu or ch.") { Member = "region" };

    /// <summary>Gets the problem of a discovery without a name to look for.</summary>
    public static Problem DiscoveryNameInvalid =>
        new(422, "discovery_name_invalid", "Neither a login domain nor a tenant", "Send exactly one of domain and tenant.");

    /// <summary>Gets the problem of an epoch that the directory has no key of.</summary>
    public static Problem EpochUnknown =>
        new(404, "epoch_unknown", "The class has no live key of this epoch", "See /.well-known/private-token-issuer-directory.");

    /// <summary>Gets the problem of a token request that is malformed or names a key that does not issue.</summary>
    public static Problem TokenRequestInvalid =>
        new(422, "token_request_invalid", "The token request is malformed or names no issuing key", "Fetch the issuer directory again.");

    /// <summary>Gets the problem of a batch of which nothing could be issued.</summary>
    public static Problem TokenBatchRefused =>
        new(400, "token_batch_refused", "None of the batch's requests names an issuing key", "Fetch the issuer directory again.");

    /// <summary>Gets the problem of an account that has drawn what it may.</summary>
    public static Problem QuotaSpent =>
        new(429, "quota_spent", "The account has drawn as many tokens as it may in this epoch", "Wait for the next epoch.");

    /// <summary>Gets the problem of a tenant that has drawn what it may.</summary>
    public static Problem TenantQuotaSpent =>
        new(
            429,
            "tenant_quota_spent",
            "The tenant has drawn as many tokens as it may in this epoch",
            "Wait for the next epoch, or ask the owner."
        );

    /// <summary>Gets the problem of a tenant that is changing its region.</summary>
    public static Problem RegionChangePending =>
        new(503, "region_change_pending", "The tenant is changing its region", "Try again.") { RetryAfterSeconds = 2 };

    /// <summary>Gets the problem of another cell that does not answer.</summary>
    public static Problem OtherCellUnavailable =>
        new(503, "other_cell_unavailable", "The other cell does not answer", "Try again later. Nothing was changed.")
        {
            RetryAfterSeconds = 30,
        };

    /// <summary>Gets the problem of silos that do not answer.</summary>
    public static Problem CellUnavailable =>
        new(503, "cell_unavailable", "The cell's records cannot be reached", "Try again later.") { RetryAfterSeconds = 2 };

    /// <summary>Gets the problem of what nobody foresaw.</summary>
    public static Problem Unforeseen =>
        new(500, "unforeseen", "Something went wrong here", "Try again later; tell the operator when it stays.");

    /// <summary>Makes the problem of a request that belongs to another cell.</summary>
    /// <param name="region">The other cell's region.</param>
    /// <param name="baseUrl">Its Control's address.</param>
    /// <returns>The problem.</returns>
    public static Problem Misdirected(string region, string? baseUrl) =>
        new(421, "misdirected", "Another cell serves this tenant", "Turn to baseUrl. Nothing of the body was read.")
        {
            Region = region,
            BaseUrl = baseUrl,
        };

    /// <summary>Finds the problem for a bare status, as the server gives it for a request that no route has seen.</summary>
    /// <param name="status">The status.</param>
    /// <returns>The problem.</returns>
    public static Problem OfStatus(int status) =>
        status switch
        {
            401 => AccessTokenRequired,
            403 => RoleRequired,
            404 => NotFound,
            405 => MethodNotAllowed,
            408 => RequestTimeout,
            411 => LengthRequired,
            413 => BodyTooLarge,
            415 => MediaTypeUnsupported,
            431 => HeadersTooLarge,
            >= 400 and < 500 => RequestInvalid,
            _ => Unforeseen,
        };
}
