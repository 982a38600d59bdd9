using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.ClusterTests.Silo;
using Lethe.Gateway;
using Lethe.PrivacyPass;
using Lethe.TestKit;
using Lethe.TestKit.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>A Gateway as <see cref="GatewayHost"/> makes it, over real TLS, with a content silo as it is run and two issuers.</summary>
public class RunningGateway : IAsyncLifetime
{
    private readonly TestPki pki = new();
    private readonly TempFolder folder = new();
    private RunningSilo silo = null!;
    private WebApplication host = null!;
    private TestIssuerOfTokens own = null!;
    private TestIssuerOfTokens foreign = null!;

    public Uri Url { get; private set; } = null!;

    public Uri Management { get; private set; } = null!;

    public Uri OtherGateway { get; } = new("https://gateway.ch.example/");

    public FakeLogCollector Logs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Gets the key that signs credentials, for forgeries; and the other cell's.</summary>
    public string SessionKeyPem { get; private set; } = "";

    public string ForeignSessionKeyPem { get; private set; } = "";

    public virtual async ValueTask InitializeAsync()
    {
        int[] ports = RunningSilo.FreePorts(4);
        silo = await RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "content"));
        own = await TestIssuerOfTokens.StartAsync(pki, ports[2], "eu-standard");
        foreign = await TestIssuerOfTokens.StartAsync(pki, ports[3], "ch-standard");
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{ports[0]}/"));
        Management = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ports[1]}/"));
        host = GatewayHost.Create(
            new ConfigurationBuilder().AddInMemoryCollection(Settings(ports)).Build(),
            services =>
                services.AddLogging(logging =>
                    logging.ClearProviders().AddProvider(new FakeLoggerProvider(Logs)).SetMinimumLevel(LogLevel.Trace)
                )
        );
        await host.StartAsync();
        Http = NewClient();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
        await silo.DisposeAsync();
        await own.DisposeAsync();
        await foreign.DisposeAsync();
        pki.Dispose();
        folder.Dispose();
    }

    public HttpClient NewClient(Version? version = null)
    {
        SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustPki() },
            UseProxy = false,
        };
        return new HttpClient(handler)
        {
            BaseAddress = Url,
            DefaultRequestVersion = version ?? HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Connects by bare TLS, for what no HTTP client would send.</summary>
    public async Task<SslStream> ConnectAsync()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 16 * 1024, NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Url.Port);
        SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = Url.Host,
                CertificateChainPolicy = TrustPki(),
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            }
        );
        return tls;
    }

    private X509ChainPolicy TrustPki()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(pki.Authority);
        return policy;
    }

    public TokenChallenge Challenge(bool ofAnotherOrigin = false) =>
        new(silo.Settings["Region"] == "eu" ? ControlAuthority : "", ofAnotherOrigin ? "elsewhere.example" : Url.Authority);

    public string NewToken(bool ofAnotherCell = false, bool fromOldEpoch = false, bool ofAnotherOrigin = false) =>
        (ofAnotherCell ? foreign : own).Token(Challenge(ofAnotherOrigin), fromOldEpoch);

    /// <summary>Opens a session and gives its credential and content key.</summary>
    public async Task<TestSession> OpenAsync()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/sessions");
        request.Headers.TryAddWithoutValidation("Authorization", NewToken());
        using HttpResponseMessage response = await Http.SendAsync(request);
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement root = json.RootElement;
        return new TestSession(this, root.GetProperty("credential").GetString()!, root.GetProperty("contentKey").GetString()!);
    }

    /// <summary>Sets the route table: that of the local default, unless a fixture has another.</summary>
    private protected virtual void SetRoutes(Dictionary<string, string?> settings, string secrets) =>
        settings["Routes:File"] = Path.Combine(BuildOutput.Repository, "deploy", "routes", "eu.json");

    private string ControlAuthority => host.Configuration["ControlUrl"]!["https://".Length..];

    private Dictionary<string, string?> Settings(int[] ports)
    {
        (string certificate, string key) = pki.Issue("gateway", "localhost", client: false);
        string keys = Directory.CreateDirectory(folder.File("session-keys")).FullName;
        Directory.CreateDirectory(Path.Combine(keys, "ch"));
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var foreignSigning = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SessionKeyPem = signing.ExportPkcs8PrivateKeyPem();
        ForeignSessionKeyPem = foreignSigning.ExportPkcs8PrivateKeyPem();
        File.WriteAllText(Path.Combine(keys, "2026-01.pem"), SessionKeyPem);
        File.WriteAllText(Path.Combine(keys, "ch", "2026-01.pem"), foreignSigning.ExportSubjectPublicKeyInfoPem());
        string control = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{ports[2]}");
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["Region"] = "eu",
            ["Listen:Port"] = $"{ports[0]}",
            ["Listen:Certificate"] = certificate,
            ["Listen:CertificateKey"] = key,
            ["PublicUrl"] = Url.GetLeftPart(UriPartial.Authority),
            ["ControlUrl"] = control,
            ["Management:Port"] = $"{ports[1]}",
            ["Orleans:ClusterId"] = silo.Settings["Orleans:ClusterId"],
            ["Orleans:ServiceId"] = silo.Settings["Orleans:ServiceId"],
            ["Orleans:Gateways:0"] = $"127.0.0.1:{silo.Settings["Orleans:GatewayPort"]}",
            ["Cells:0:Region"] = "eu",
            ["Cells:0:GatewayUrl"] = Url.GetLeftPart(UriPartial.Authority),
            ["Cells:0:ControlUrl"] = control,
            ["Cells:1:Region"] = "ch",
            ["Cells:1:GatewayUrl"] = OtherGateway.GetLeftPart(UriPartial.Authority),
            ["Cells:1:ControlUrl"] = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{ports[3]}"),
            ["TrustedCa"] = pki.AuthorityFile,
            ["SessionKeys:Folder"] = keys,
            ["Routes:SecretsFolder"] = Directory.CreateDirectory(folder.File("secrets")).FullName,
            ["Cors:Origins:0"] = "https://plugin.example",
        };
        SetRoutes(settings, settings["Routes:SecretsFolder"]!);
        return settings;
    }
}

/// <summary>An open session, with requests that carry its credential.</summary>
public sealed record TestSession(RunningGateway Gateway, string Credential, string Key)
{
    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null)
    {
        HttpRequestMessage request = new(method, path) { Content = content, Version = HttpVersion.Version20 };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Credential);
        return request;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using HttpRequestMessage request = Request(method, path, content);
        return await Gateway.Http.SendAsync(request);
    }

    public static MultipartFormDataContent Upload(string key, byte[] file, string mediaType)
    {
        ByteArrayContent part = new(file);
        part.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return new MultipartFormDataContent { { new StringContent(key), "key" }, { part, "file" } };
    }

    public Task<HttpResponseMessage> PutAsync(string id, string text) =>
        SendAsync(HttpMethod.Put, $"v1/session/documents/{id}", Upload(Key, Encoding.UTF8.GetBytes(text), "text/plain"));

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}

[CollectionDefinition(Name)]
public sealed class GatewaySuite : ICollectionFixture<RunningGateway>
{
    public const string Name = "Gateway";
}
