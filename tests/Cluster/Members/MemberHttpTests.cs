using System.Net;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Members;

/// <summary>The member list as an administrator's client sees it: real TLS, real mails, people who accept in a browser.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class MemberHttpTests(TwoCells cells) : MemberHttpRules(cells)
{
    [Fact]
    public async Task Member_FromTheInvitationToTheRemoval_Works()
    {
        TestTenant tenant = await Cells.NewTenantAsync();
        string email = NewEmail();
        JsonElement invited = await OkAsync(await InviteAsync(tenant, email, "member"));
        string id = invited.GetProperty("id").GetString()!;
        Assert.Equal("invited", invited.GetProperty("status").GetString());
        Assert.Equal(email, invited.GetProperty("email").GetString());
        string first = await Eu.Mails.NextCodeAsync(email);
        Assert.Equal(id, (await OkAsync(await InviteAsync(tenant, email, "member"))).GetProperty("id").GetString()); // repeated
        string code = await Eu.Mails.NextCodeAsync(email);

        using SignedInPerson person = new(Eu, Cells.Pki);
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
        using (SignedInPerson again = new(Eu, Cells.Pki))
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
        using (SignedInPerson again = new(Eu, Cells.Pki))
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
                "invitationAccepted",
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
    public async Task WrongTenant_GetsNothing()
    {
        (TestTenant first, TestTenant second) = (await Cells.NewTenantAsync(), await Cells.NewTenantAsync());
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
        TestTenant tenant = await Cells.NewTenantAsync(others: [("zweite", Role.Owner)]);
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
    public async Task List_InPages_AndOfNoPage_IsAnswered()
    {
        TestTenant tenant = await Cells.NewTenantAsync(others: [("a", Role.Member), ("b", Role.Member), ("c", Role.Auditor)]);
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
    public async Task Logs_OfThisSlice_HoldNoPersonalData()
    {
        TestTenant tenant = await Cells.NewTenantAsync();
        string email = NewEmail();
        string id = Text(await OkAsync(await InviteAsync(tenant, email, "member")), "id")!;
        using SignedInPerson person = new(Eu, Cells.Pki);
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
}
