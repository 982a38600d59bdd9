namespace Lethe.Client;

/// <summary>The cell that a tenant lives in.</summary>
/// <param name="Region"><c>eu</c> or <c>ch</c>.</param>
/// <param name="ControlUrl">Its Control.</param>
/// <param name="GatewayUrl">Its Gateways.</param>
public sealed record Cell(string Region, Uri ControlUrl, Uri GatewayUrl);

/// <summary>Where a tenant's people sign in: at the tenant's own OpenID Connect issuer, or at the cell's.</summary>
/// <param name="Issuer">The issuer: an https URL.</param>
/// <param name="ClientId">As whom; null when the plugin knows it otherwise.</param>
/// <param name="Audience">The audience of the access token.</param>
/// <param name="Scope">The scope that the access token must have.</param>
public sealed record SignInPlace(Uri Issuer, string? ClientId, string Audience, string Scope);
