using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>Clients of support and the desk.</summary>
public abstract class SupportClients(TwoCells cells)
{
    private const string Consent =
        """{"shareDocument":true,"consentTextVersion":"2026-11-01","purpose":"troubleshooting","days":3,"language":"de"}""";

    private protected TwoCells Cells => cells;

    private protected static CancellationToken Cancel => RecordsSilo.Cancel;

    private protected static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private protected async Task<Person> PersonAsync()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        return new Person(tenant, cells.Eu.TokenOf(tenant));
    }

    private protected Person Staff(string subject) => new(null!, cells.Operator.Token(subject, cells.Eu.Silo.Clock.GetUtcNow()));

    private protected async Task<HttpResponseMessage> SendAsync(
        Person person,
        HttpMethod method,
        string path,
        HttpContent? content = null,
        string? reason = null
    )
    {
        using HttpRequestMessage request = cells.Eu.Request(method, path, person.Token, content);
        if (reason is not null)
        {
            request.Headers.Add("Lethe-View-Reason", reason);
        }
        return await cells.Eu.Http.SendAsync(request, Cancel);
    }

    private protected async Task<JsonElement> ReadAsync(Person person, string path)
    {
        using HttpResponseMessage response = await SendAsync(person, HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    private protected async Task<string> OpenAsync(Person person)
    {
        using HttpResponseMessage response = await SendAsync(person, HttpMethod.Post, "/v1/support/cases");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }

    private protected async Task<(string Share, JsonElement Answer)> ConsentAsync(Person person, string id)
    {
        using HttpResponseMessage response = await SendAsync(person, HttpMethod.Post, $"/v1/support/cases/{id}/shares", Json(Consent));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return (answer.GetProperty("id").GetString()!, answer);
    }

    private protected async Task<HttpResponseMessage> PutAsync(
        Person person,
        string share,
        byte[] document,
        string mediaType = "application/pdf"
    )
    {
        using ByteArrayContent content = new(document);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return await SendAsync(person, HttpMethod.Put, $"/v1/support/shares/{share}/document", content);
    }

    // The staff of the configuration are put on file in the background after the start.
    private protected async Task StaffKnownAsync(string path)
    {
        for (int tries = 0; tries < 200; tries++)
        {
            using HttpResponseMessage response = await SendAsync(
                Staff("support-2"),
                HttpMethod.Get,
                path.Replace("shares", "cases", StringComparison.Ordinal).Replace("/document", "", StringComparison.Ordinal),
                reason: "reply"
            );
            if ((await response.Content.ReadAsStringAsync(Cancel)).Contains("undertaking_missing", StringComparison.Ordinal))
            {
                return;
            }
            cells.Eu.Silo.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50, Cancel);
        }
        Assert.Fail("The staff never came on file.");
    }

    private protected static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((status, code), (response.StatusCode, problem.GetProperty("code").GetString()));
        return problem;
    }

    private protected sealed record Person(TestTenant Tenant, string Token);

    // The head of a request whose body goes only when the server asks for it; the answer up to the end of the connection.
    private protected async Task<string> PutHeadersAsync(Person person, string path, long length)
    {
        Uri address = cells.Eu.Http.BaseAddress!;
        using TcpClient tcp = new();
        await tcp.ConnectAsync(address.Host, address.Port, Cancel);
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { cells.Pki.Authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
            Cancel
        );
        string head =
            $"PUT {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {person.Token}\r\nContent-Type: application/pdf\r\n"
            + $"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n";
        await tls.WriteAsync(Encoding.ASCII.GetBytes(head), Cancel);
        using StreamReader reader = new(tls, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancel);
    }
}
