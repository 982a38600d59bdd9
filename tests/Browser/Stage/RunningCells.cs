using System.Security.Cryptography.X509Certificates;
using Lethe.Local.Cells;
using Lethe.Local.State;

namespace Lethe.BrowserTests.Stage;

/// <summary>Both cells as <c>up</c> runs them, on free ports, in a state folder of their own.</summary>
public sealed class RunningCells : IAsyncDisposable
{
    private readonly string root;
    private readonly LocalFolder folder;
    private readonly LocalCells cells;

    private RunningCells(string root, LocalFolder folder, LocalCells cells) => (this.root, this.folder, this.cells) = (root, folder, cells);

    /// <summary>Gets the certificate files of everything that listens.</summary>
    public IReadOnlyList<string> CertificateFiles =>
        [.. cells.Ports.Keys.SelectMany(region => new[] { CertificateFor($"gateway.{region}"), CertificateFor($"control.{region}") })];

    /// <summary>Starts the cells.</summary>
    /// <param name="pluginOrigins">The origins of web pages that may call.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The cells, ready.</returns>
    public static async Task<RunningCells> StartAsync(IReadOnlyList<string> pluginOrigins, CancellationToken cancellationToken)
    {
        string temporary = Directory.CreateTempSubdirectory("lethe-browser-").FullName;
        LocalFolder state = LocalFolder.OpenExclusive(Path.Combine(temporary, "state"));
        try
        {
            (CellPorts eu, CellPorts ch) = CellPorts.Free();
            LocalCells running = await LocalCells.StartAsync(state, eu, ch, pluginOrigins, new Progress<string>(), cancellationToken);
            return new RunningCells(temporary, state, running);
        }
        catch
        {
            state.Dispose();
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Gets Control's URL.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The origin.</returns>
    public string ControlUrl(string region) => UrlsOf(region).Control;

    /// <summary>Gets the Gateway's URL.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The origin.</returns>
    public string GatewayUrl(string region) => UrlsOf(region).Gateway;

    /// <summary>Gets the id of the firm that is seeded in a cell.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The tenant's id.</returns>
    public string TenantOf(string region) => DemoPeople.Tenants.First(tenant => tenant.Region == region).Id;

    /// <summary>Signs the owner of a cell's seeded firm in: the one place where these tests get an access token.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>An access token for Control.</returns>
    public async Task<string> AccessTokenAsync(string region) =>
        (await cells.Accounts.SignInAsync(region, new Uri(ControlUrl(region)), OwnerOf(region), CancellationToken.None)).AccessToken;

    /// <summary>Gets the address of the owner of a cell's seeded firm.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The address.</returns>
    public string OwnerOf(string region) => DemoPeople.Tenants.First(known => known.Region == region).Owner;

    /// <summary>Gets the password that the owner of a cell's seeded firm has chosen.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The password.</returns>
    public string PasswordOf(string region) => File.ReadAllText(folder.PathOf($"{region}/identity/people/{OwnerOf(region)}.password"));

    /// <summary>Makes a client that trusts the local authority only.</summary>
    /// <returns>The client, to be disposed of.</returns>
    public HttpClient NewHttp()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(cells.Certificates.AuthorityFile);
        SocketsHttpHandler handler = new() { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = policy;
        return new(handler);
    }

    /// <summary>Gets the folder of a cell's mails.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The folder.</returns>
    public string MailFolder(string region) => cells.Accounts.MailFolder(region);

    /// <summary>Issues a certificate of the local authority.</summary>
    /// <param name="role">Who it is for.</param>
    /// <returns>The PEM file; its key is beside it.</returns>
    public string CertificateFor(string role) => cells.Certificates.For(role).Certificate;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await cells.DisposeAsync();
        folder.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private CellUrls UrlsOf(string region) => CellUrls.From(new(region, cells.Ports[region]));
}
