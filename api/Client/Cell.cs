namespace Lethe.Client;

/// <summary>The cell that a tenant lives in.</summary>
/// <param name="Region"><c>eu</c> or <c>ch</c>.</param>
/// <param name="ControlUrl">Its Control.</param>
/// <param name="GatewayUrl">Its Gateways.</param>
public sealed record Cell(string Region, Uri ControlUrl, Uri GatewayUrl);
