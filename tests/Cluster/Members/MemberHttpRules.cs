using System.Net;
using System.Text;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Members;

/// <summary>What tests of the member list ask over HTTP, as an administrator's client would.</summary>
public abstract class MemberHttpRules(TwoCells cells)
{
    protected static CancellationToken Cancel => RecordsSilo.Cancel;

    private protected TwoCells Cells => cells;

    private protected OneCell Eu => cells.Eu;

    private protected static string NewEmail() => $"anna.{Guid.NewGuid():N}@kanzlei.example";

    private protected static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    // Names and kinds of the members, and the values that may tell one case from another.
    private protected static string ShapeOf(JsonElement element) =>
        string.Join(
            ' ',
            element
                .EnumerateObject()
                .Select(member =>
                    $"{member.Name}:{member.Value.ValueKind}{(member.Name is "status" or "roles" or "language" ? member.Value.GetRawText() : "")}"
                )
        );

    private protected string OwnerOf(TestTenant tenant) => Eu.TokenOf(tenant);

    private protected string StaffOf(string subject) => cells.Operator.Token(subject, Eu.Silo.Clock.GetUtcNow());

    private protected Task<HttpResponseMessage> InviteAsync(TestTenant tenant, string email, string role) =>
        InviteAsync(OwnerOf(tenant), email, role);

    private protected Task<HttpResponseMessage> InviteAsync(string token, string email, string role) =>
        SendAsync(token, HttpMethod.Post, "/v1/admin/members", $$"""{"email":"{{email}}","roles":["{{role}}"],"language":"de"}""");

    private protected async Task<HttpResponseMessage> SendAsync(string token, HttpMethod method, string path, string? json = null)
    {
        using HttpRequestMessage request = Eu.Request(
            method,
            path,
            token,
            json is null ? null : new StringContent(json, Encoding.UTF8, "application/json")
        );
        return await Eu.Http.SendAsync(request, Cancel);
    }

    private protected async Task<HttpStatusCode> DrawAsync(string access)
    {
        string json = await Eu.Http.GetStringAsync(BlindRsaToken.DirectoryPath, Cancel);
        Assert.True(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(json), out IssuerDirectory? directory));
        PendingToken pending = BlindingClient.Prepare(
            new TokenChallenge("issuer.example", "origin.example"),
            directory.Current("eu-standard", Eu.Silo.Clock.GetUtcNow())!.Key
        );
        using ByteArrayContent body = new(pending.Request.Bytes.ToArray());
        body.Headers.ContentType = new(BlindRsaToken.RequestMediaType);
        using HttpRequestMessage request = Eu.Request(HttpMethod.Post, "/token-request", access, body);
        using HttpResponseMessage answer = await Eu.Http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private protected async Task<string[]> LedgerAsync(TestTenant tenant)
    {
        JsonElement ledger = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Get, "/v1/admin/ledger"));
        Assert.True(ledger.GetProperty("chainHolds").GetBoolean());
        return [.. ledger.GetProperty("entries").EnumerateArray().Select(entry => Text(entry, "event")!)];
    }

    private protected static async Task<JsonElement> OkAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            string body = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {body}");
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
            return JsonSerializer.Deserialize<JsonElement>(body);
        }
    }

    private protected static async Task<string> CodeAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        using (answer)
        {
            string body = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {body}");
            Assert.Equal(code, JsonSerializer.Deserialize<JsonElement>(body).GetProperty("code").GetString());
            return body;
        }
    }
}
