using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lethe.ClusterTests.Cells;

namespace Lethe.ClusterTests.Identity;

/// <summary>Two tenants' identity providers: the npm package <c>oidc-provider</c>, unchanged, in a process of its own.</summary>
internal sealed class TenantIdps : IAsyncDisposable
{
    private readonly Process node;

    private TenantIdps(Process node, JsonElement issuers)
    {
        this.node = node;
        Acme = issuers.GetProperty("acme").GetString()!;
        Lex = issuers.GetProperty("lex").GetString()!;
    }

    /// <summary>Gets an issuer that signs with RS256.</summary>
    public string Acme { get; }

    /// <summary>Gets an issuer that signs with ES256.</summary>
    public string Lex { get; }

    public static async Task<TenantIdps> StartAsync(TestPki pki, CancellationToken cancellationToken)
    {
        (string certificate, string key) = pki.Issue("idp", "localhost", client: false);
        string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../System/npm"));
        ProcessStartInfo start = new("node", [Path.Combine(folder, "tenant-idps.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["NODE_EXTRA_CA_CERTS"] = pki.AuthorityFile;
        start.Environment["IDP_CERTIFICATE"] = certificate;
        start.Environment["IDP_KEY"] = key;
        Process started = Process.Start(start)!;
        return new(started, await ReadAsync(started, cancellationToken));
    }

    /// <summary>Signs a user in, by code and PKCE through the provider's own pages.</summary>
    public async Task<(string AccessToken, string IdToken)> SignInAsync(
        string tenant,
        string user,
        CancellationToken cancellationToken,
        string? resource = null
    )
    {
        JsonObject command = new()
        {
            ["do"] = "sign-in",
            ["tenant"] = tenant,
            ["user"] = user,
        };
        if (resource is not null)
        {
            command["resource"] = resource;
        }
        JsonElement tokens = await AskAsync(command, cancellationToken);
        return (tokens.GetProperty("access_token").GetString()!, tokens.GetProperty("id_token").GetString()!);
    }

    /// <summary>Signs claims with the tenant's key, or not at all.</summary>
    public async Task<string> MintAsync(string tenant, string algorithm, JsonObject claims, CancellationToken cancellationToken) => (
            await AskAsync(
                new()
                {
                    ["do"] = "mint",
                    ["tenant"] = tenant,
                    ["alg"] = algorithm,
                    ["claims"] = claims,
                },
                cancellationToken
            )
        ).GetProperty("access_token").GetString()!;

    public Task RotateAsync(string tenant, CancellationToken cancellationToken) =>
        AskAsync(new() { ["do"] = "rotate", ["tenant"] = tenant }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!node.HasExited)
        {
            node.Kill(entireProcessTree: true);
            await node.WaitForExitAsync();
        }
        node.Dispose();
    }

    private static async Task<JsonElement> ReadAsync(Process node, CancellationToken cancellationToken)
    {
        string? line;
        do // the package warns on the same stream
        {
            line =
                await node.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The providers ended.");
        } while (!line.StartsWith('{'));
        return JsonElement.Parse(line);
    }

    private async Task<JsonElement> AskAsync(JsonObject command, CancellationToken cancellationToken)
    {
        await node.StandardInput.WriteLineAsync(command.ToJsonString().AsMemory(), cancellationToken);
        await node.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync(node, cancellationToken);
    }
}
