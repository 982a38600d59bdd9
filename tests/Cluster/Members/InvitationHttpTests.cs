using System.Net;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Members;

/// <summary>Invitations, as an administrator's client sends them.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class InvitationHttpTests(TwoCells cells) : MemberHttpRules(cells)
{
    [Fact]
    public async Task Invitation_OfAnAddressWithAnAccountInAnotherTenant_LooksLikeAnyOther()
    {
        (TestTenant first, TestTenant second) = (await Cells.NewTenantAsync(), await Cells.NewTenantAsync());
        (string taken, string free) = (NewEmail(), NewEmail());
        JsonElement there = await OkAsync(await InviteAsync(first, taken, "member"));
        using SignedInPerson person = new(Eu, Cells.Pki);
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
    public async Task Invitation_SentAgainAndAgain_IsStopped()
    {
        TestTenant tenant = await Cells.NewTenantAsync();
        string email = NewEmail();
        for (int sent = 0; sent < 8; sent++)
        {
            await OkAsync(await InviteAsync(tenant, email, "member"));
        }
        await CodeAsync(await InviteAsync(tenant, email, "member"), HttpStatusCode.TooManyRequests, "too_many_mails");
    }

    [Fact]
    public async Task UserAdmin_InvitesPlainMembersOnly()
    {
        TestTenant tenant = await Cells.NewTenantAsync(others: [("verwaltung", Role.UserAdmin)]);
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
        TestTenant tenant = await Cells.NewTenantAsync();
        string body = await CodeAsync(await SendAsync(OwnerOf(tenant), HttpMethod.Post, "/v1/admin/members", json), status, code);
        Assert.DoesNotContain("needle", body, StringComparison.Ordinal);
    }
}
