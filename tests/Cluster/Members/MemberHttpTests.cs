using System.Net;
using System.Text;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Members;

/// <summary>The member list as an administrator's client sees it: real TLS, real mails, people who accept in a browser.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class MemberHttpTests(TwoCells cells)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    private OneCell Eu => cells.Eu;

    [Fact]
    public async Task Member_FromTheInvitationToTheRemoval_Works()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        string email = NewEmail();
        JsonElement invited = await OkAsync(await InviteAsync(tenant, email, "member"));
        string id = invited.GetProperty("id").GetString()!;
        Assert.Equal("invited", invited.GetProperty("status").GetString());
        Assert.Equal(email, invited.GetProperty("email").GetString());
        string first = await Eu.Mails.NextCodeAsync(email);
        Assert.Equal(id, (await OkAsync(await InviteAsync(tenant, email, "member"))).GetProperty("id").GetString()); // repeated
        string code = await Eu.Mails.NextCodeAsync(email);

        using SignedInPerson person = new(Eu, cells.Pki);
        Assert.False(await person.AcceptAsync(first)); // the later link ended it
        Assert.True(await person.AcceptAsync(code));
        Assert.False(await person.AcceptAsync(code)); // accepted twice
        (string access, string refresh) = await person.TokensAsync();
        JsonElement own = await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/account"));
        Assert.Equal((id, "active", email), (Text(own, "id"), Text(own, "status"), Text(own, "email")));
        await CodeAsync(await SendAsync(access, HttpMethod.Get, "/v1/admin/members"), HttpStatusCode.Forbidden, "role_required");
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(access));

        JsonElement roles = await OkAsync(
            await SendAsync(OwnerOf(tenant), HttpMethod.Put, $"/v1/admin/members/{id}/roles", """{"roles":["member","userAdmin"]}""")
        );
        Assert.Equal(["member", "userAdmin"], roles.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        JsonElement list = await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/admin/members"));
        Assert.Equal(2, list.GetProperty("members").GetArrayLength());

        JsonElement ended = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Post, $"/v1/admin/members/{id}/deactivation"));
        Assert.Equal("deactivated", Text(ended, "status"));
        Assert.True(ended.GetProperty("tokensUsableUntil").GetDateTimeOffset() > Eu.Silo.Clock.GetUtcNow().AddDays(3));
        // At once: the access token, the refresh token, issuance, and sign-in.
        await CodeAsync(await SendAsync(access, HttpMethod.Get, "/v1/account"), HttpStatusCode.Unauthorized, "access_token_invalid");
        Assert.Equal(HttpStatusCode.Unauthorized, await DrawAsync(access));
        Assert.False(await person.RefreshesAsync(refresh));
        using (SignedInPerson again = new(Eu, cells.Pki))
        {
            Assert.False(await again.SignInAsync(email));
        }
        await CodeAsync(
            await SendAsync(OwnerOf(tenant), HttpMethod.Post, $"/v1/admin/members/{id}/reset-mail"),
            HttpStatusCode.Conflict,
            "member_deactivated"
        );

        Assert.Equal(
            "active",
            Text(await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Delete, $"/v1/admin/members/{id}/deactivation")), "status")
        );
        using (SignedInPerson again = new(Eu, cells.Pki))
        {
            Assert.True(await again.SignInAsync(email));
            (access, _) = await again.TokensAsync();
            await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/account"));
        }
        JsonElement removed = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Delete, $"/v1/admin/members/{id}"));
        Assert.Equal(JsonValueKind.String, removed.GetProperty("tokensUsableUntil").ValueKind);
        await CodeAsync(await SendAsync(access, HttpMethod.Get, "/v1/account"), HttpStatusCode.Unauthorized, "access_token_invalid");
        await CodeAsync(
            await SendAsync(OwnerOf(tenant), HttpMethod.Get, $"/v1/admin/members/{id}"),
            HttpStatusCode.NotFound,
            "member_unknown"
        );
        await CodeAsync(
            await SendAsync(OwnerOf(tenant), HttpMethod.Delete, $"/v1/admin/members/{id}"),
            HttpStatusCode.NotFound,
            "member_unknown"
        );
        Assert.Equal(
            [
                "tenantProvisioned",
                "memberInvited",
                "memberAdded",
                "memberRolesChanged",
                "memberDeactivated",
                "memberReactivated",
                "memberRemoved",
            ],
            await LedgerAsync(tenant)
        );
        string again2 = Text(await OkAsync(await InviteAsync(tenant, email, "member")), "id")!; // the address is free again
        Assert.NotEqual(id, again2);
    }

    [Fact]
    public async Task Invitation_OfAnAddressWithAnAccountInAnotherTenant_LooksLikeAnyOther()
    {
        (TestTenant first, TestTenant second) = (await cells.NewTenantAsync(), await cells.NewTenantAsync());
        (string taken, string free) = (NewEmail(), NewEmail());
        JsonElement there = await OkAsync(await InviteAsync(first, taken, "member"));
        using SignedInPerson person = new(Eu, cells.Pki);
        Assert.True(await person.AcceptAsync(await Eu.Mails.NextCodeAsync(taken)));

        JsonElement decoy = await OkAsync(await InviteAsync(second, taken, "member"));
        JsonElement real = await OkAsync(await InviteAsync(second, free, "member"));
        Assert.NotEqual(Text(there, "id"), Text(decoy, "id"));
        Assert.Equal(ShapeOf(real), ShapeOf(decoy));
        Assert.Equal(Text(decoy, "id"), Text(await OkAsync(await InviteAsync(second, taken, "member")), "id")); // idempotent as well
        JsonElement list = await OkAsync(await SendAsync(OwnerOf(second), HttpMethod.Get, "/v1/admin/members"));
        Assert.Equal(
            new[] { free, taken }.Order(StringComparer.Ordinal),
            list.GetProperty("members")
                .EnumerateArray()
                .Select(member => Text(member, "email"))
                .OfType<string>()
                .Order(StringComparer.Ordinal)
        );
        foreach (string step in (string[])["invitation", "reset-mail", "deactivation"])
        {
            List<(HttpStatusCode, string)> answers = [];
            foreach (JsonElement member in (JsonElement[])[decoy, real])
            {
                using HttpResponseMessage answer = await SendAsync(
                    OwnerOf(second),
                    HttpMethod.Post,
                    $"/v1/admin/members/{Text(member, "id")}/{step}"
                );
                string body = await answer.Content.ReadAsStringAsync(Cancel);
                answers.Add((answer.StatusCode, body.Length == 0 ? string.Empty : ShapeOf(JsonDocument.Parse(body).RootElement)));
            }
            Assert.Equal(answers[0], answers[1]);
        }
        // Its owner alone is told, and no link is good for the other tenant.
        for (int mail = 0; mail < 4; mail++)
        {
            Assert.DoesNotContain("#", (await Eu.Mails.NextAsync(taken)).Text, StringComparison.Ordinal);
        }
        Assert.True(Eu.Mails.IsEmpty(taken));
        (string access, _) = await person.TokensAsync();
        Assert.Equal(Text(there, "id"), Text(await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/account")), "id"));

        await OkAsync(await SendAsync(OwnerOf(second), HttpMethod.Delete, $"/v1/admin/members/{Text(decoy, "id")}"));
        await OkAsync(await SendAsync(OwnerOf(first), HttpMethod.Delete, $"/v1/admin/members/{Text(there, "id")}"));
        await OkAsync(await InviteAsync(second, taken, "member")); // nobody else's any more
        Assert.NotEmpty(await Eu.Mails.NextCodeAsync(taken));
    }

    [Fact]
    public async Task WrongTenant_GetsNothing()
    {
        (TestTenant first, TestTenant second) = (await cells.NewTenantAsync(), await cells.NewTenantAsync());
        string id = Text(await OkAsync(await InviteAsync(first, NewEmail(), "member")), "id")!;
        foreach (
            (HttpMethod method, string path, string? body) in ((HttpMethod, string, string?)[])
                [
                    (HttpMethod.Get, "", null),
                    (HttpMethod.Delete, "", null),
                    (HttpMethod.Get, "/export", null),
                    (HttpMethod.Put, "/roles", """{"roles":["member"]}"""),
                    (HttpMethod.Post, "/invitation", null),
                    (HttpMethod.Post, "/reset-mail", null),
                    (HttpMethod.Post, "/deactivation", null),
                    (HttpMethod.Delete, "/deactivation", null),
                ]
        )
        {
            await CodeAsync(
                await SendAsync(OwnerOf(second), method, $"/v1/admin/members/{id}{path}", body),
                HttpStatusCode.NotFound,
                "member_unknown"
            );
        }
        JsonElement list = await OkAsync(await SendAsync(OwnerOf(second), HttpMethod.Get, "/v1/admin/members"));
        Assert.Equal(1, list.GetProperty("members").GetArrayLength());
        Assert.Equal("invited", Text(await OkAsync(await SendAsync(OwnerOf(first), HttpMethod.Get, $"/v1/admin/members/{id}")), "status"));
    }

    [Fact]
    public async Task TwoOwners_RemovingEachOtherInParallel_LeaveOne()
    {
        TestTenant tenant = await cells.NewTenantAsync(others: [("zweite", Role.Owner)]);
        string first = Eu.AccountOf(tenant, tenant.Owner).Value;
        string second = Eu.AccountOf(tenant, "zweite").Value;
        HttpResponseMessage[] answers = await Task.WhenAll(
            SendAsync(OwnerOf(tenant), HttpMethod.Delete, $"/v1/admin/members/{second}"),
            SendAsync(Eu.TokenOf(tenant, "zweite"), HttpMethod.Delete, $"/v1/admin/members/{first}")
        );
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Forbidden);
        bool firstLeft = await Eu.Silo.Tenant(tenant.Id).MemberAsync(Eu.AccountOf(tenant, tenant.Owner), Cancel) is MemberFound;
        bool secondLeft = await Eu.Silo.Tenant(tenant.Id).MemberAsync(Eu.AccountOf(tenant, "zweite"), Cancel) is MemberFound;
        Assert.True(firstLeft ^ secondLeft);
        string left = firstLeft ? OwnerOf(tenant) : Eu.TokenOf(tenant, "zweite");
        await CodeAsync(await SendAsync(left, HttpMethod.Delete, "/v1/account"), HttpStatusCode.Conflict, "last_owner");
    }

    [Fact]
    public async Task UserAdmin_InvitesPlainMembersOnly()
    {
        TestTenant tenant = await cells.NewTenantAsync(others: [("verwaltung", Role.UserAdmin)]);
        string admin = Eu.TokenOf(tenant, "verwaltung");
        string email = NewEmail();
        await CodeAsync(await InviteAsync(admin, email, "owner"), HttpStatusCode.Forbidden, "member_not_yours");
        await CodeAsync(await InviteAsync(admin, email, "auditor"), HttpStatusCode.Forbidden, "member_not_yours");
        Assert.Equal(
            "member",
            Assert.Single((await OkAsync(await InviteAsync(admin, email, "member"))).GetProperty("roles").EnumerateArray()).GetString()
        );
        await CodeAsync(
            await SendAsync(
                admin,
                HttpMethod.Put,
                $"/v1/admin/members/{Eu.AccountOf(tenant, "verwaltung").Value}/roles",
                """{"roles":["owner"]}"""
            ),
            HttpStatusCode.Forbidden,
            "member_not_yours"
        );
    }

    [Theory]
    [InlineData("""{"email":"no address","roles":["member"]}""", HttpStatusCode.UnprocessableEntity, "email_invalid")]
    [InlineData("""{"email":"Anna <a@b.example>","roles":["member"]}""", HttpStatusCode.UnprocessableEntity, "email_invalid")]
    [InlineData("""{"roles":["member"]}""", HttpStatusCode.UnprocessableEntity, "email_invalid")]
    [InlineData("""{"email":"a@b.example","roles":["support"]}""", HttpStatusCode.UnprocessableEntity, "role_unknown")]
    [InlineData("""{"email":"a@b.example","roles":["needle"]}""", HttpStatusCode.UnprocessableEntity, "role_unknown")]
    [InlineData("""{"email":"a@b.example","roles":[]}""", HttpStatusCode.UnprocessableEntity, "role_unknown")]
    [InlineData("""{"email":"a@b.example"}""", HttpStatusCode.UnprocessableEntity, "role_unknown")]
    [InlineData(
        """{"email":"a@b.example","roles":["member"],"language":"needle"}""",
        HttpStatusCode.UnprocessableEntity,
        "language_unknown"
    )]
    [InlineData("""{"email":"a@b.example","roles":["member"],"password":"needle"}""", HttpStatusCode.BadRequest, "body_invalid")]
    [InlineData("""{"email":7,"roles":["member"]}""", HttpStatusCode.BadRequest, "body_invalid")]
    public async Task Invitation_ThatIsNone_IsRefusedWithoutAnEcho(string json, HttpStatusCode status, string code)
    {
        TestTenant tenant = await cells.NewTenantAsync();
        string body = await CodeAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Post, "/v1/admin/members", json), status, code);
        Assert.DoesNotContain("needle", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invitation_SentAgainAndAgain_IsStopped()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        string email = NewEmail();
        for (int sent = 0; sent < 8; sent++)
        {
            await OkAsync(await InviteAsync(tenant, email, "member"));
        }
        await CodeAsync(await InviteAsync(tenant, email, "member"), HttpStatusCode.TooManyRequests, "too_many_mails");
    }

    [Fact]
    public async Task List_InPages_AndOfNoPage_IsAnswered()
    {
        TestTenant tenant = await cells.NewTenantAsync(others: [("a", Role.Member), ("b", Role.Member), ("c", Role.Auditor)]);
        HashSet<string> seen = new(StringComparer.Ordinal);
        string? next = null;
        do
        {
            JsonElement page = await OkAsync(
                await SendAsync(OwnerOf(tenant), HttpMethod.Get, $"/v1/admin/members?count=3{(next is null ? "" : "&after=" + next)}")
            );
            Assert.All(page.GetProperty("members").EnumerateArray(), member => Assert.True(seen.Add(Text(member, "id")!)));
            next = Text(page, "next");
        } while (next is not null);
        Assert.Equal(4, seen.Count);
        foreach (string query in (string[])["count=0", "count=101", "after=x", "count=x"])
        {
            using HttpResponseMessage answer = await SendAsync(OwnerOf(tenant), HttpMethod.Get, $"/v1/admin/members?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task DataSubject_ReadsExportsAndErasesTheirOwnAccount()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        string email = NewEmail();
        await OkAsync(await InviteAsync(tenant, email, "member"));
        using SignedInPerson person = new(Eu, cells.Pki);
        Assert.True(await person.AcceptAsync(await Eu.Mails.NextCodeAsync(email)));
        (string access, string _) = await person.TokensAsync();
        using (HttpResponseMessage opened = await SendAsync(access, HttpMethod.Post, "/v1/support/cases"))
        {
            Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        }
        JsonElement export = await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/account/export"));
        Assert.Equal(email, Text(export.GetProperty("member"), "email"));
        Assert.Equal(SignedInPerson.Client, Text(Assert.Single(export.GetProperty("sessions").EnumerateArray()), "client"));
        Assert.Equal(1, export.GetProperty("cases").GetArrayLength());
        string id = Text(export.GetProperty("member"), "id")!;
        JsonElement answered = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Get, $"/v1/admin/members/{id}/export"));
        Assert.Equal(email, Text(answered.GetProperty("member"), "email"));

        (string narrow, string _) = await person.TokensAsync("offline_access tokens.issue"); // what the plugin has
        await CodeAsync(await SendAsync(narrow, HttpMethod.Delete, "/v1/account"), HttpStatusCode.Forbidden, "scope_required");
        await OkAsync(await SendAsync(access, HttpMethod.Delete, "/v1/account"));
        await CodeAsync(await SendAsync(access, HttpMethod.Get, "/v1/account"), HttpStatusCode.Unauthorized, "access_token_invalid");
        using SignedInPerson again = new(Eu, cells.Pki);
        Assert.False(await again.SignInAsync(email));
        JsonElement tenantNow = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Get, "/v1/admin/tenant"));
        Assert.Equal((1, 0), (tenantNow.GetProperty("members").GetInt32(), tenantNow.GetProperty("cases").GetInt32()));
        Assert.Equal(2, (await LedgerAsync(tenant)).Count(entry => entry == "memberExported"));
    }

    [Fact]
    public async Task Support_HasAResetMailSent_AndLearnsNothing()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        string email = NewEmail();
        string id = Text(await OkAsync(await InviteAsync(tenant, email, "member")), "id")!;
        using SignedInPerson person = new(Eu, cells.Pki);
        Assert.True(await person.AcceptAsync(await Eu.Mails.NextCodeAsync(email)));
        (string access, _) = await person.TokensAsync();
        List<string> answers = [];
        foreach (string address in (string[])[NewEmail(), email])
        {
            using HttpResponseMessage answer = await SendAsync(
                StaffOf("support-1"),
                HttpMethod.Post,
                "/v1/desk/reset-mail",
                $$"""{"email":"{{address}}"}"""
            );
            answers.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
        }
        Assert.Equal(["Accepted ", "Accepted "], answers);
        Assert.NotEmpty(await Eu.Mails.NextCodeAsync(email));
        Assert.Equal("resetMailSent", (await LedgerAsync(tenant))[^1]);
        Assert.Equal(id, Text(await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/account")), "id")); // nothing has ended yet
        await CodeAsync(
            await SendAsync(StaffOf("support-2"), HttpMethod.Post, "/v1/desk/reset-mail", $$"""{"email":"{{email}}"}"""),
            HttpStatusCode.Forbidden,
            "undertaking_missing"
        );
        foreach (string path in (string[])["/v1/admin/members", $"/v1/admin/members/{id}", $"/v1/admin/members/{id}/export"])
        {
            await CodeAsync(await SendAsync(StaffOf("support-1"), HttpMethod.Get, path), HttpStatusCode.Forbidden, "role_required");
        }
    }

    [Fact]
    public async Task Operator_ClosesAnEpochAtOnce_AndItIsInTheOperatorsLedger()
    {
        string before = await Eu.Http.GetStringAsync(BlindRsaToken.DirectoryPath, Cancel);
        Assert.True(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(before), out IssuerDirectory? directory));
        long epoch = Eu.Silo.Clock.GetUtcNow().ToUnixTimeSeconds() / 86_400;
        string path = $"/v1/operator/classes/eu-standard/epochs/{epoch}/close";
        await CodeAsync(
            await SendAsync(StaffOf("operator-1"), HttpMethod.Post, $"/v1/operator/classes/eu-standard/epochs/{epoch + 40}/close"),
            HttpStatusCode.NotFound,
            "epoch_unknown"
        );
        await OkAsync(await SendAsync(StaffOf("operator-1"), HttpMethod.Post, path));
        Eu.Silo.Clock.Advance(TimeSpan.FromSeconds(6)); // Control asks its silos every 5 seconds
        string after = await Eu.Http.GetStringAsync(BlindRsaToken.DirectoryPath, Cancel);
        Assert.True(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(after), out IssuerDirectory? left));
        byte[] closed = directory.Current("eu-standard", Eu.Silo.Clock.GetUtcNow())!.Key.Spki.ToArray();
        Assert.DoesNotContain(left.Keys, entry => entry.Key.Spki.Span.SequenceEqual(closed));
        JsonElement ledger = await OkAsync(await SendAsync(StaffOf("operator-1"), HttpMethod.Get, "/v1/operator/ledger"));
        JsonElement entry = ledger.GetProperty("entries").EnumerateArray().Last();
        Assert.Equal(("issuerKeyClosed", $"eu-standard-{epoch}"), (Text(entry, "event"), Text(entry, "subject")));
    }

    [Fact]
    public async Task Logs_OfThisSlice_HoldNoPersonalData()
    {
        TestTenant tenant = await cells.NewTenantAsync();
        string email = NewEmail();
        string id = Text(await OkAsync(await InviteAsync(tenant, email, "member")), "id")!;
        using SignedInPerson person = new(Eu, cells.Pki);
        Assert.True(await person.AcceptAsync(await Eu.Mails.NextCodeAsync(email)));
        (string access, _) = await person.TokensAsync();
        await OkAsync(await SendAsync(access, HttpMethod.Get, "/v1/account/export"));
        using HttpResponseMessage desk = await SendAsync(
            StaffOf("support-1"),
            HttpMethod.Post,
            "/v1/desk/reset-mail",
            $$"""{"email":"{{email}}"}"""
        );
        await Eu.Mails.NextCodeAsync(email);
        await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Post, $"/v1/admin/members/{id}/deactivation"));
        await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Delete, $"/v1/admin/members/{id}"));
        string[] logs = [.. Eu.Logs.GetSnapshot().Concat(Eu.Silo.Logs.GetSnapshot()).Select(record => record.Message)];
        Assert.Contains(logs, line => line.Contains("MemberRemoved", StringComparison.Ordinal));
        foreach (string needle in (string[])[email, email.Split('@')[0], id, tenant.Id.Value, tenant.Owner, access])
        {
            Assert.DoesNotContain(logs, line => line.Contains(needle, StringComparison.OrdinalIgnoreCase));
        }
        Assert.DoesNotContain(id, Eu.Silo.Durable.Rows[$"tenant|{tenant.Id.GrainKey}"], StringComparison.Ordinal);
    }

    private static string NewEmail() => $"anna.{Guid.NewGuid():N}@kanzlei.example";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    // Names and kinds of the members, and the values that may tell one case from another.
    private static string ShapeOf(JsonElement element) =>
        string.Join(
            ' ',
            element
                .EnumerateObject()
                .Select(member =>
                    $"{member.Name}:{member.Value.ValueKind}{(member.Name is "status" or "roles" or "language" ? member.Value.GetRawText() : "")}"
                )
        );

    private string OwnerOf(TestTenant tenant) => Eu.TokenOf(tenant);

    private string StaffOf(string subject) => cells.Operator.Token(subject, Eu.Silo.Clock.GetUtcNow());

    private Task<HttpResponseMessage> InviteAsync(TestTenant tenant, string email, string role) =>
        InviteAsync(OwnerOf(tenant), email, role);

    private Task<HttpResponseMessage> InviteAsync(string token, string email, string role) =>
        SendAsync(token, HttpMethod.Post, "/v1/admin/members", $$"""{"email":"{{email}}","roles":["{{role}}"],"language":"de"}""");

    private async Task<HttpResponseMessage> SendAsync(string token, HttpMethod method, string path, string? json = null)
    {
        using HttpRequestMessage request = Eu.Request(
            method,
            path,
            token,
            json is null ? null : new StringContent(json, Encoding.UTF8, "application/json")
        );
        return await Eu.Http.SendAsync(request, Cancel);
    }

    private async Task<HttpStatusCode> DrawAsync(string access)
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

    private async Task<string[]> LedgerAsync(TestTenant tenant)
    {
        JsonElement ledger = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Get, "/v1/admin/ledger"));
        Assert.True(ledger.GetProperty("chainHolds").GetBoolean());
        return [.. ledger.GetProperty("entries").EnumerateArray().Select(entry => Text(entry, "event")!)];
    }

    private static async Task<JsonElement> OkAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            string body = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {body}");
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
            return JsonSerializer.Deserialize<JsonElement>(body);
        }
    }

    private static async Task<string> CodeAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
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
