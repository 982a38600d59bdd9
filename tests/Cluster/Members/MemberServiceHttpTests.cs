using System.Net;
using System.Text;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.ClusterTests.Members;

/// <summary>What members, support and the operator may have done about an account or a class.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class MemberServiceHttpTests(TwoCells cells) : MemberHttpRules(cells)
{
    [Fact]
    public async Task DataSubject_ReadsExportsAndErasesTheirOwnAccount()
    {
        TestTenant tenant = await Cells.NewTenantAsync();
        string email = NewEmail();
        await OkAsync(await InviteAsync(tenant, email, "member"));
        using SignedInPerson person = new(Eu, Cells.Pki);
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
        using SignedInPerson again = new(Eu, Cells.Pki);
        Assert.False(await again.SignInAsync(email));
        JsonElement tenantNow = await OkAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Get, "/v1/admin/tenant"));
        Assert.Equal((1, 0), (tenantNow.GetProperty("members").GetInt32(), tenantNow.GetProperty("cases").GetInt32()));
        Assert.Equal(2, (await LedgerAsync(tenant)).Count(entry => entry == "memberExported"));
    }

    [Fact]
    public async Task Support_HasAResetMailSent_AndLearnsNothing()
    {
        TestTenant tenant = await Cells.NewTenantAsync();
        string email = NewEmail();
        string id = Text(await OkAsync(await InviteAsync(tenant, email, "member")), "id")!;
        using SignedInPerson person = new(Eu, Cells.Pki);
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
}
