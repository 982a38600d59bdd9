using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lethe.ClusterTests.Cells;
using Lethe.PrivacyPass;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>A cell's issuer as a Gateway sees it: a directory over HTTPS. Signs tokens for tests without an identity plane.</summary>
public sealed class TestIssuerOfTokens : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly BlindSigner signer;
    private readonly BlindSigner old;

    private TestIssuerOfTokens(WebApplication host, BlindSigner signer, BlindSigner old) =>
        (this.host, this.signer, this.old) = (host, signer, old);

    public static async Task<TestIssuerOfTokens> StartAsync(TestPki pki, int port, string policyClass)
    {
        BlindSigner current = new(RSA.Create(2048));
        BlindSigner over = new(RSA.Create(2048));
        IssuerDirectory directory = new(
            "/token-request",
            [
                new IssuerDirectoryKey(current.PublicKey, DateTimeOffset.UtcNow.AddHours(-1), policyClass),
                new IssuerDirectoryKey(over.PublicKey, DateTimeOffset.UtcNow.AddDays(-5), policyClass),
            ]
        );
        (string certificate, string key) = pki.Issue($"issuer-{policyClass}", "localhost", client: false);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, key)))
        );
        WebApplication started = builder.Build();
        byte[] json = directory.ToJson();
        started.Run(context =>
        {
            Assert.Equal(BlindRsaToken.DirectoryPath, context.Request.Path.Value);
            Assert.False(context.Request.Headers.ContainsKey("Authorization"));
            return context.Response.Body.WriteAsync(json).AsTask();
        });
        await started.StartAsync();
        return new TestIssuerOfTokens(started, current, over);
    }

    /// <summary>Makes the value of an Authorization header for a challenge.</summary>
    public string Token(TokenChallenge challenge, bool fromOldEpoch = false)
    {
        BlindSigner by = fromOldEpoch ? old : signer;
        PendingToken pending = BlindingClient.Prepare(challenge, by.PublicKey);
        Assert.True(by.TrySign(pending.Request.BlindedMessage.Span, out byte[]? blind));
        Assert.True(pending.TryFinish(blind, out Token? token));
        return PrivateTokenHeader.FormatAuthorization(token);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        signer.Dispose();
        old.Dispose();
    }
}
