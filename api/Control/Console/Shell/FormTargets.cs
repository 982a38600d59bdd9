using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;

namespace Lethe.Control.Console.Shell;

/// <summary>
/// Finds out to which other origin a sign-in leads in the end: browsers check <c>form-action</c> along all redirects. Only a
/// redirect URI that is registered for the client counts.
/// </summary>
/// <param name="clients">The clients.</param>
internal sealed class FormTargets(IOpenIddictApplicationManager clients)
{
    private const string Authorize = "/connect/authorize?";

    /// <summary>Finds the origin.</summary>
    /// <param name="returnUrl">Where to go on, as <see cref="ReturnPath"/> let it pass.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A source expression for the policy; null when there is none.</returns>
    public async Task<string?> FindAsync(string? returnUrl, CancellationToken cancellationToken)
    {
        if (returnUrl?.StartsWith(Authorize, StringComparison.Ordinal) != true)
        {
            return null;
        }
        var query = QueryHelpers.ParseQuery(returnUrl[(Authorize.Length - 1)..]);
        string? client = query.GetValueOrDefault("client_id");
        string? redirect = query.GetValueOrDefault("redirect_uri");
        return
            client is not null
            && Uri.TryCreate(redirect, UriKind.Absolute, out Uri? target)
            && await clients.FindByClientIdAsync(client, cancellationToken) is { } known
            && await clients.ValidateRedirectUriAsync(known, redirect!, cancellationToken)
            ? OriginOf(target)
            : null;
    }

    private static string OriginOf(Uri target) =>
        target.Scheme is "https" or "http" ? target.GetLeftPart(UriPartial.Authority) : target.Scheme + ":";
}
