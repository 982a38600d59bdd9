using Lethe.Control.Identity.Accounts;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Lethe.Control.Identity.OpenId;

/// <summary>Puts the configured clients on file, and removes the others.</summary>
/// <param name="applications">The clients on file.</param>
/// <param name="options">The configured ones.</param>
internal sealed class Clients(IOpenIddictApplicationManager applications, IOptions<AccountsOptions> options)
{
    /// <summary>Makes the file equal to the configuration.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When it is.</returns>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        List<object> present = [];
        await foreach (object application in applications.ListAsync(cancellationToken: cancellationToken))
        {
            present.Add(application);
        }
        foreach (object application in present)
        {
            string? id = await applications.GetClientIdAsync(application, cancellationToken);
            if (options.Value.Clients.All(client => client.Id != id))
            {
                await applications.DeleteAsync(application, cancellationToken);
            }
        }
        foreach (ClientOptions client in options.Value.Clients)
        {
            OpenIddictApplicationDescriptor wanted = client.SecretFile is null ? Public(client) : Introspecting(client);
            if (await applications.FindByClientIdAsync(client.Id, cancellationToken) is { } known)
            {
                await applications.UpdateAsync(known, wanted, cancellationToken);
            }
            else
            {
                await applications.CreateAsync(wanted, cancellationToken);
            }
        }
    }

    private static OpenIddictApplicationDescriptor Public(ClientOptions client)
    {
        OpenIddictApplicationDescriptor wanted = new()
        {
            ClientId = client.Id,
            ClientType = ClientTypes.Public,
            ApplicationType = ApplicationTypes.Native, // a loopback redirect may have any port
            ConsentType = ConsentTypes.Implicit,
            Permissions =
            {
                Permissions.Endpoints.Authorization,
                Permissions.Endpoints.Token,
                Permissions.Endpoints.Revocation,
                Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.RefreshToken,
                Permissions.ResponseTypes.Code,
                Permissions.Prefixes.Scope + TokenScopes.Issue,
                Permissions.Prefixes.Scope + TokenScopes.Support,
                Permissions.Prefixes.Scope + TokenScopes.Admin,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        if (client.Device)
        {
            wanted.Permissions.Add(Permissions.Endpoints.DeviceAuthorization);
            wanted.Permissions.Add(Permissions.GrantTypes.DeviceCode);
        }
        foreach (string uri in client.RedirectUris)
        {
            wanted.RedirectUris.Add(new Uri(uri));
        }
        return wanted;
    }

    private static OpenIddictApplicationDescriptor Introspecting(ClientOptions client) =>
        new()
        {
            ClientId = client.Id,
            ClientType = ClientTypes.Confidential,
            ClientSecret = File.ReadAllText(client.SecretFile!).Trim(),
            Permissions = { Permissions.Endpoints.Introspection },
        };
}
