using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>Support and the desk as clients see them: real HTTPS on loopback.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class SupportHttpTests(TwoCells cells) : SupportClients(cells)
{
    private const string Needle = "Vertrauliche Klausel 4711";

    [Fact]
    public async Task Support_FromTheCaseToTheWithdrawal_Works()
    {
        Person anna = await PersonAsync();
        string id = await OpenAsync(anna);
        using (
            HttpResponseMessage sent = await SendAsync(
                anna,
                HttpMethod.Post,
                $"/v1/support/cases/{id}/messages",
                Json($$"""{"text":"{{Needle}} \u00e4"}""")
            )
        )
        {
            Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        }
        JsonElement messages = await ReadAsync(anna, $"/v1/support/cases/{id}/messages");
        Assert.Equal($"{Needle} ä", Assert.Single(messages.GetProperty("messages").EnumerateArray()).GetProperty("text").GetString());

        (string share, JsonElement consented) = await ConsentAsync(anna, id);
        JsonElement receipt = consented.GetProperty("receipt");
        JsonElement text = (await ReadAsync(anna, "/v1/support/consent-text")).GetProperty("texts").GetProperty("de");
        Assert.Equal(text.GetProperty("sha256").GetString(), receipt.GetProperty("consentTextSha256").GetString());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.GetProperty("text").GetString()!))),
            text.GetProperty("sha256").GetString()
        );
        byte[] document = RandomNumberGenerator.GetBytes(600_000);
        using (HttpResponseMessage put = await PutAsync(anna, share, document))
        {
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }
        using (HttpResponseMessage twice = await PutAsync(anna, share, document))
        {
            await ProblemAsync(twice, HttpStatusCode.Conflict, "document_already_stored");
        }
        using (HttpResponseMessage got = await SendAsync(anna, HttpMethod.Get, $"/v1/support/shares/{share}/document"))
        {
            Assert.Equal(document, await got.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal("no-store", got.Headers.CacheControl?.ToString());
            Assert.Equal("application/pdf", got.Content.Headers.ContentType?.ToString());
        }
        Assert.Equal("stored", (await ReadAsync(anna, $"/v1/support/shares/{share}")).GetProperty("state").GetString());
        Assert.Equal(id, (await ReadAsync(anna, "/v1/support/cases")).GetProperty("cases")[0].GetProperty("id").GetString());
        JsonElement export = (await ReadAsync(anna, "/v1/support/export")).GetProperty("cases")[0];
        Assert.Equal($"{Needle} ä", export.GetProperty("messages")[0].GetProperty("text").GetString());
        Assert.Equal(600_000, export.GetProperty("shares")[0].GetProperty("document").GetProperty("bytes").GetInt32());

        using (HttpResponseMessage withdrawn = await SendAsync(anna, HttpMethod.Delete, $"/v1/support/shares/{share}"))
        {
            Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        }
        using (HttpResponseMessage gone = await SendAsync(anna, HttpMethod.Get, $"/v1/support/shares/{share}/document"))
        {
            await ProblemAsync(gone, HttpStatusCode.NotFound, "share_unknown");
        }
        using (HttpResponseMessage late = await PutAsync(anna, share, document))
        {
            await ProblemAsync(late, HttpStatusCode.Forbidden, "no_open_consent");
        }
        using HttpResponseMessage erased = await SendAsync(anna, HttpMethod.Delete, "/v1/support/cases");
        Assert.Equal(1, (await erased.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("closed").GetInt32());
        using HttpResponseMessage after = await SendAsync(anna, HttpMethod.Get, $"/v1/support/cases/{id}");
        await ProblemAsync(after, HttpStatusCode.NotFound, "case_unknown");
        Assert.DoesNotContain(Cells.Eu.Silo.Durable.KeyHandles, handle => handle.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Document_WithoutAConsentOrTooLarge_IsRefusedBeforeItIsSent()
    {
        Person anna = await PersonAsync();
        string id = await OpenAsync(anna);
        (string share, _) = await ConsentAsync(anna, id);
        (string Share, long Length, HttpStatusCode Status, string Code)[] refusals =
        [
            ($"{SupportId.Create()}", 1000, HttpStatusCode.Forbidden, "no_open_consent"),
            (id, 1000, HttpStatusCode.Forbidden, "no_open_consent"),
            ("nonsense", 1000, HttpStatusCode.Forbidden, "no_open_consent"),
            (share, SupportLimits.DocumentBytes + 1, HttpStatusCode.RequestEntityTooLarge, "document_too_large"),
        ];
        foreach ((string to, long length, HttpStatusCode status, string code) in refusals)
        {
            string answer = await PutHeadersAsync(anna, $"/v1/support/shares/{to}/document", length);
            Assert.StartsWith($"HTTP/1.1 {(int)status} ", answer, StringComparison.Ordinal); // and not "100 Continue"
            Assert.Contains($"\"{code}\"", answer, StringComparison.Ordinal);
        }
        using HttpResponseMessage put = await PutAsync(anna, share, new byte[SupportLimits.DocumentBytes]); // exactly the limit
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
    }

    [Theory]
    [InlineData("text/html", 10, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported")]
    [InlineData("application/pdf", 0, HttpStatusCode.BadRequest, "document_empty")]
    public async Task Document_OfAnotherKindOrEmpty_IsRefused(string mediaType, int length, HttpStatusCode status, string code)
    {
        Person anna = await PersonAsync();
        (string share, _) = await ConsentAsync(anna, await OpenAsync(anna));
        using HttpResponseMessage response = await PutAsync(anna, share, new byte[length], mediaType);
        await ProblemAsync(response, status, code);
    }

    [Theory]
    [InlineData("""{"shareDocument":false,"consentTextVersion":"2026-11-01","purpose":"troubleshooting"}""", 400, "consent_required")]
    [InlineData("""{"consentTextVersion":"2026-11-01","purpose":"troubleshooting"}""", 400, "consent_required")]
    [InlineData("""{"shareDocument":true,"consentTextVersion":"2025-01-01","purpose":"troubleshooting"}""", 409, "consent_text_outdated")]
    [InlineData("""{"shareDocument":true,"consentTextVersion":"2026-11-01"}""", 400, "purpose_required")]
    [InlineData("""{"shareDocument":true,"consentTextVersion":"2026-11-01","purpose":"needle"}""", 400, "body_invalid")]
    [InlineData("""{"shareDocument":"needle"}""", 400, "body_invalid")]
    [InlineData(
        """{"shareDocument":true,"consentTextVersion":"2026-11-01","purpose":"reproduction","days":31}""",
        400,
        "consent_expiry_invalid"
    )]
    [InlineData(
        """{"shareDocument":true,"consentTextVersion":"2026-11-01","purpose":"reproduction","expiresAt":"2020-01-01T00:00:00Z"}""",
        400,
        "consent_expiry_invalid"
    )]
    public async Task Consent_ThatIsNone_IsRefused(string json, int status, string code)
    {
        Person anna = await PersonAsync();
        string id = await OpenAsync(anna);
        using HttpResponseMessage response = await SendAsync(anna, HttpMethod.Post, $"/v1/support/cases/{id}/shares", Json(json));
        JsonElement problem = await ProblemAsync(response, (HttpStatusCode)status, code);
        Assert.DoesNotContain("needle", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignCaseAndShare_LookExactlyLikeUnknownOnes()
    {
        Person anna = await PersonAsync();
        Person stranger = await PersonAsync();
        string id = await OpenAsync(anna);
        (string share, _) = await ConsentAsync(anna, id);
        string unknown = $"{SupportId.Create()}";
        (HttpMethod Method, string Path)[] routes =
        [
            (HttpMethod.Get, "/v1/support/cases/{0}"),
            (HttpMethod.Delete, "/v1/support/cases/{0}"),
            (HttpMethod.Get, "/v1/support/cases/{0}/messages"),
            (HttpMethod.Get, "/v1/support/shares/{1}"),
            (HttpMethod.Get, "/v1/support/shares/{1}/document"),
            (HttpMethod.Delete, "/v1/support/shares/{1}"),
        ];
        foreach ((HttpMethod method, string path) in routes)
        {
            using HttpResponseMessage foreign = await SendAsync(stranger, method, string.Format(path, id, share));
            using HttpResponseMessage none = await SendAsync(stranger, method, string.Format(path, unknown, unknown));
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
            Assert.Equal(await none.Content.ReadAsStringAsync(Cancel), await foreign.Content.ReadAsStringAsync(Cancel));
        }
        Assert.Equal("consented", (await ReadAsync(anna, $"/v1/support/shares/{share}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Desk_OnlyWithRoleUndertakingAndReason_ShowsAndRecords()
    {
        Person anna = await PersonAsync();
        string id = await OpenAsync(anna);
        using HttpResponseMessage sent = await SendAsync(
            anna,
            HttpMethod.Post,
            $"/v1/support/cases/{id}/messages",
            Json($$"""{"text":"{{Needle}}"}""")
        );
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        (string share, _) = await ConsentAsync(anna, id);
        byte[] document = RandomNumberGenerator.GetBytes(1000);
        using HttpResponseMessage put = await PutAsync(anna, share, document);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        string path = $"/v1/desk/shares/{share}/document";
        await StaffKnownAsync(path);

        using (HttpResponseMessage member = await SendAsync(anna, HttpMethod.Get, path, reason: "reproduction"))
        {
            await ProblemAsync(member, HttpStatusCode.Forbidden, "role_required");
        }
        using (HttpResponseMessage noPaper = await SendAsync(Staff("support-2"), HttpMethod.Get, path, reason: "reproduction"))
        {
            await ProblemAsync(noPaper, HttpStatusCode.Forbidden, "undertaking_missing");
        }
        foreach (string nobody in (string[])["support-3", "stranger"])
        {
            using HttpResponseMessage noRole = await SendAsync(Staff(nobody), HttpMethod.Get, path, reason: "reproduction");
            await ProblemAsync(noRole, HttpStatusCode.Forbidden, "role_required");
        }
        using (HttpResponseMessage noReason = await SendAsync(Staff("support-1"), HttpMethod.Get, path))
        {
            await ProblemAsync(noReason, HttpStatusCode.BadRequest, "view_reason_required");
        }
        using (HttpResponseMessage read = await SendAsync(Staff("support-1"), HttpMethod.Get, path, reason: "reproduction"))
        {
            Assert.Equal(document, await read.Content.ReadAsByteArrayAsync(Cancel));
        }
        using (
            HttpResponseMessage messages = await SendAsync(
                Staff("support-1"),
                HttpMethod.Get,
                $"/v1/desk/cases/{id}/messages",
                reason: "userRequest"
            )
        )
        {
            Assert.Contains(Needle, await messages.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        using (
            HttpResponseMessage reply = await SendAsync(
                Staff("support-1"),
                HttpMethod.Post,
                $"/v1/desk/cases/{id}/messages",
                Json("""{"text":"Danke"}"""),
                "reply"
            )
        )
        {
            Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        }
        JsonElement both = (await ReadAsync(anna, $"/v1/support/cases/{id}/messages")).GetProperty("messages");
        Assert.Equal("support", both[1].GetProperty("author").GetString());

        JsonElement ledger = (await ReadAsync(anna, "/v1/admin/ledger")).GetProperty("entries");
        JsonElement look = Assert.Single(ledger.EnumerateArray(), line => line.GetProperty("event").GetString() == "shareReadByStaff");
        Assert.Equal("reproduction", look.GetProperty("reason").GetString());
        Assert.Equal(share, look.GetProperty("subject").GetString());
        Assert.Single(ledger.EnumerateArray(), line => line.GetProperty("event").GetString() == "shareReadRefused");

        string[] needles =
        [
            Needle,
            anna.Tenant.Owner,
            anna.Tenant.Id.Value,
            "support-1",
            Cells.Eu.AccountOf(anna.Tenant, anna.Tenant.Owner).Value,
        ];
        string[] logs = [.. Cells.Eu.Logs.GetSnapshot().Concat(Cells.Eu.Silo.Logs.GetSnapshot()).Select(record => record.Message)];
        Assert.All(needles, needle => Assert.DoesNotContain(logs, line => line.Contains(needle, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task TenantWithACase_KeepsItsRegion()
    {
        Person anna = await PersonAsync();
        string id = await OpenAsync(anna);
        using HttpResponseMessage refused = await SendAsync(anna, HttpMethod.Put, "/v1/admin/tenant", Json("""{"region":"ch"}"""));
        await ProblemAsync(refused, HttpStatusCode.Conflict, "tenant_has_data");
        using HttpResponseMessage closed = await SendAsync(anna, HttpMethod.Delete, $"/v1/support/cases/{id}");
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        Cells.Eu.Link.Reset();
        using HttpResponseMessage moved = await SendAsync(anna, HttpMethod.Put, "/v1/admin/tenant", Json("""{"region":"ch"}"""));
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        using HttpResponseMessage misdirected = await SendAsync(anna, HttpMethod.Post, "/v1/support/cases");
        await ProblemAsync(misdirected, HttpStatusCode.MisdirectedRequest, "misdirected");
    }

    [Fact]
    public async Task Support_WithoutAToken_Is401()
    {
        using HttpResponseMessage response = await Cells.Eu.Http.SendAsync(
            Cells.Eu.Request(HttpMethod.Get, "/v1/support/cases", null),
            Cancel
        );
        await ProblemAsync(response, HttpStatusCode.Unauthorized, "access_token_required");
    }
}
