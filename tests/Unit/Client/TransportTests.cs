using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lethe.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Lethe.UnitTests.Client;

public sealed class TransportTests
{
    [Fact]
    public async Task Connection_OwnAuthority_IsTrustedAloneAndSpeaksHttp2()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lethe-client-");
        try
        {
            using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 authority = NewAuthority(authorityKey);
            using X509Certificate2 server = NewServer(authority);
            string file = Path.Combine(folder.FullName, "ca.pem");
            await File.WriteAllTextAsync(file, authority.ExportCertificatePem());
            string? protocol = null;
            bool traced = true;
            await using WebApplication app = NewServer(
                server,
                context =>
                {
                    protocol = context.Request.Protocol;
                    traced = context.Request.Headers.ContainsKey("traceparent") || context.Request.Headers.ContainsKey("User-Agent");
                }
            );
            await app.StartAsync();
            Uri url = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
            url = new UriBuilder(url) { Host = "localhost" }.Uri;

            using (var trusting = new LetheClient(Options(url, file)))
            {
                Cell cell = await trusting.DiscoverAsync(TestContext.Current.CancellationToken);
                Assert.Equal(("ch", new Uri("https://gateway.test")), (cell.Region, cell.GatewayUrl));
            }
            Assert.Equal("HTTP/2", protocol);
            Assert.False(traced);

            using var foreignKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 foreign = NewAuthority(foreignKey);
            await File.WriteAllTextAsync(file, foreign.ExportCertificatePem());
            using var distrusting = new LetheClient(Options(url, file));
            await Assert.ThrowsAsync<HttpRequestException>(() => distrusting.DiscoverAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Discovery_PlainHttpAddress_IsRefused()
    {
        using var cell = new FakeCell();
        cell.Special["/v1/discovery"] = () =>
            FakeCell.Json("""{"region":"eu","controlUrl":"http://control.test","gatewayUrl":"https://g.test"}""");
        using LetheClient client = cell.Connect();
        await Assert.ThrowsAsync<ProblemException>(() => client.DiscoverAsync(default));
    }

    [Fact]
    public async Task Discovery_ByLoginDomain_SendsTheDomainAlone()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.ConnectByDomain("kanzlei-muster.example");
        Assert.Equal("eu", (await client.DiscoverAsync(default)).Region);
        Assert.Equal("""{"domain":"kanzlei-muster.example"}""", Encoding.UTF8.GetString(cell.Requests[^1].Body));
        Assert.Null(cell.Requests[^1].Authorization);
    }

    [Theory]
    [InlineData("https://login.firm.example/v2.0", "\"plugin\"", "plugin")]
    [InlineData("https://control.test/", "null", null)]
    public async Task Discovery_SignIn_IsAskedOfTheTenantsOwnCell(string issuer, string told, string? clientId)
    {
        using var cell = new FakeCell();
        cell.Special["/v1/discovery"] = () =>
            FakeCell.Json(
                $$$"""
                {"region":"eu","controlUrl":"https://home.test","gatewayUrl":"https://g.test",
                "signIn":{"issuer":"{{{issuer}}}","clientId":{{{told}}},"audience":"api://lethe","scope":"tokens.issue"}}
                """
            );
        using LetheClient client = cell.Connect();
        SignInPlace place = await client.DiscoverSignInAsync(default);
        Assert.Equal(new SignInPlace(new Uri(issuer), clientId, "api://lethe", "tokens.issue"), place);
        Assert.Equal(["/v1/discovery", "/v1/discovery"], cell.Requests.Select(request => request.Path));
        Assert.All(cell.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task Discovery_PlainHttpIssuer_IsRefused()
    {
        using var cell = new FakeCell();
        cell.Special["/v1/discovery"] = () =>
            FakeCell.Json(
                """
                {"region":"eu","controlUrl":"https://home.test","gatewayUrl":"https://g.test",
                "signIn":{"issuer":"http://login.firm.example","clientId":null,"audience":"a","scope":"s"}}
                """
            );
        using LetheClient client = cell.Connect();
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => client.DiscoverSignInAsync(default));
        Assert.Equal("answer_invalid", refused.Code);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("kanzlei-muster", "kanzlei-muster.example")]
    public void Client_OfNoneOrTwoNames_IsRefused(string? tenant, string? domain) =>
        Assert.Throws<ArgumentException>(() =>
            new LetheClient(
                new LetheClientOptions
                {
                    Control = new Uri("https://control.test"),
                    Tenant = tenant,
                    Domain = domain,
                    AccessToken = _ => Task.FromResult("access"),
                }
            )
        );

    private static LetheClientOptions Options(Uri url, string caFile) =>
        new()
        {
            Control = url,
            Tenant = "kanzlei-muster",
            AccessToken = _ => Task.FromResult("access"),
            TrustedCa = caFile,
        };

    private static WebApplication NewServer(X509Certificate2 certificate, Action<HttpContext> seen)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapPost(
            "/v1/discovery",
            context =>
            {
                seen(context);
                context.Response.ContentType = "application/json";
                return context.Response.WriteAsync(
                    """{"region":"ch","controlUrl":"https://control.test","gatewayUrl":"https://gateway.test"}"""
                );
            }
        );
        return app;
    }

    private static X509Certificate2 NewAuthority(ECDsa key)
    {
        var request = new CertificateRequest("CN=Lethe test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 NewServer(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using X509Certificate2 bare = request.Create(
            authority,
            DateTimeOffset.UtcNow.AddMinutes(-30),
            DateTimeOffset.UtcNow.AddMinutes(30),
            RandomNumberGenerator.GetBytes(8)
        );
        using X509Certificate2 full = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(full.Export(X509ContentType.Pfx), password: null);
    }
}
