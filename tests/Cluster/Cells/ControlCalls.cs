using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Cells;

/// <summary>Calls to a Control over HTTPS.</summary>
internal static class ControlCalls
{
    public static readonly TokenChallenge Challenge = new("issuer.example", "origin.example");

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    public static async Task<TokenKey> KeyAsync(OneCell cell)
    {
        using HttpResponseMessage response = await cell.Http.GetAsync(BlindRsaToken.DirectoryPath, Cancel);
        Assert.Equal(BlindRsaToken.DirectoryMediaType, response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.Public);
        Assert.True(IssuerDirectory.TryParse(await response.Content.ReadAsByteArrayAsync(Cancel), out IssuerDirectory? directory));
        return directory.Current($"{cell.Configuration["Region"]}-standard", cell.Silo.Clock.GetUtcNow())!.Key;
    }

    public static Task<HttpResponseMessage> IssueAsync(OneCell cell, TestTenant tenant, byte[] body, string mediaType)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return cell.Http.SendAsync(cell.Request(HttpMethod.Post, "/token-request", cell.TokenOf(tenant), content), Cancel);
    }

    public static Task<HttpResponseMessage> SendAsync(
        OneCell cell,
        TestTenant tenant,
        HttpMethod method,
        string path,
        string? json = null,
        string? subject = null
    ) =>
        cell.Http.SendAsync(
            cell.Request(
                method,
                path,
                cell.TokenOf(tenant, subject),
                json is null ? null : new StringContent(json, Encoding.UTF8, "application/json")
            ),
            Cancel
        );

    public static Task<HttpResponseMessage> DiscoverAsync(OneCell cell, string json) =>
        cell.Http.SendAsync(
            cell.Request(HttpMethod.Post, "/v1/discovery", token: null, new StringContent(json, Encoding.UTF8, "application/json")),
            Cancel
        );

    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal($"urn:lethe:problem:{code}", problem.GetProperty("type").GetString());
        return problem;
    }
}

/// <summary>A body that begins and never comes to an end by itself: whoever waits for it never answers.</summary>
internal sealed class NeverEnding : HttpContent
{
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NeverEnding(string mediaType) => Headers.ContentType = new MediaTypeHeaderValue(mediaType);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[16], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await end.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        end.TrySetResult();
        base.Dispose(disposing);
    }
}
