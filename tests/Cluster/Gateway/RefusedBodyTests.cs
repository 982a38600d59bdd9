using System.Globalization;
using System.Net.Security;
using System.Text;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>
/// HTTP/1.1, byte by byte: what is refused from its headers is answered before a byte of its body has come, and then the connection ends
/// instead of reading the body away.
/// </summary>
[Collection(GatewaySuite.Name)]
public sealed class RefusedBodyTests(RunningGateway gateway)
{
    private const int BodyBytes = 10 * 1024 * 1024;
    private const int MostTaken = 1024 * 1024; // what a kernel may hold of it; the Gateway's own buffers are smaller
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string, string, string, string> Refused() =>
        new()
        {
            { "foreign", "PUT /v1/session/documents/0123456789abcdef0123456789abcdef", "421", "misdirected" },
            { "forged", "PUT /v1/session/documents/0123456789abcdef0123456789abcdef", "401", "credential_invalid" },
            { "expired", "PUT /v1/session/documents/0123456789abcdef0123456789abcdef", "401", "credential_expired" },
            { "unknown-session", "PUT /v1/session/documents/0123456789abcdef0123456789abcdef", "410", "session_gone" },
            { "foreign", "POST /v1/session/turns", "421", "misdirected" },
            { "forged", "POST /v1/chat/completions", "401", "credential_invalid" },
            { "none", "POST /v1/nowhere", "404", "not_found" },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Body_OfARefusedRequest_IsNotRead(string credential, string request, string status, string code)
    {
        await AssertRefusedAsync(credential, request, status, code, string.Create(null, $"Content-Length: {BodyBytes}"));
        await AssertRefusedAsync(credential, request, status, code, "Transfer-Encoding: chunked");
    }

    [Fact]
    public async Task Body_ThatWaitsToBeAskedFor_IsNotAskedFor() =>
        await AssertRefusedAsync(
            "foreign",
            "PUT /v1/session/documents/0123456789abcdef0123456789abcdef",
            "421",
            "misdirected",
            string.Create(null, $"Content-Length: {BodyBytes}\r\nExpect: 100-continue")
        );

    private async Task AssertRefusedAsync(string credential, string request, string status, string code, string framing)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using SslStream tls = await gateway.ConnectAsync();
        string bearer = BadCredentials.Make(gateway, credential) is { } made ? $"Authorization: Bearer {made}\r\n" : "";
        string head =
            $"{request} HTTP/1.1\r\nHost: {gateway.Url.Authority}\r\n{bearer}Content-Type: multipart/form-data; boundary=b\r\n{framing}\r\n\r\n";
        await tls.WriteAsync(Encoding.ASCII.GetBytes(head), limit.Token);
        string answer = await ReadAnswerAsync(tls, limit.Token); // not one byte of the body is on its way yet
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
        if (status == "421")
        {
            Assert.Contains("\"region\":\"ch\",\"baseUrl\":\"https://gateway.ch.example\"", answer, StringComparison.Ordinal);
        }
        int taken = await PushAsync(tls, framing.StartsWith("Transfer", StringComparison.Ordinal), limit.Token);
        Assert.True(taken < MostTaken, $"{taken} bytes were taken");
    }

    private static async Task<string> ReadAnswerAsync(SslStream tls, CancellationToken cancellationToken)
    {
        StringBuilder answer = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count = await tls.ReadAsync(buffer, cancellationToken);
            answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
            string text = answer.ToString();
            if (count == 0 || text.Contains("\r\n0\r\n\r\n", StringComparison.Ordinal) || text.EndsWith('}'))
            {
                return text;
            }
        }
    }

    /// <summary>Sends the body all the same and counts what is taken before the connection breaks.</summary>
    private static async Task<int> PushAsync(SslStream tls, bool chunked, CancellationToken cancellationToken)
    {
        byte[] text = new byte[16 * 1024];
        Array.Fill(text, (byte)'x');
        byte[] piece = chunked
            ? [.. Encoding.ASCII.GetBytes(text.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. text, .. "\r\n"u8]
            : text;
        int taken = 0;
        try
        {
            while (taken < BodyBytes)
            {
                await tls.WriteAsync(piece, cancellationToken);
                taken += text.Length;
            }
        }
        catch (IOException)
        {
            return taken; // the connection is closed
        }
        return taken;
    }
}
