using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Tenants;
using Lethe.Control.Identity;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Lethe.ClusterTests.Identity;

/// <summary>Every route of Control × every role, over real TLS: each cell is as the matrix says.</summary>
[Collection(TwoCellsSuite.Name)]
public sealed class RoleMatrixTests(TwoCells cells) : IDisposable
{
    private const string Expired = "This page was open for too long"; // what a form gets that is none of ours

    private readonly HttpClient plain = new(Plain(cells)) { BaseAddress = cells.Eu.Http.BaseAddress };

    // What a refusal by role looks like, and nothing else does.
    private static readonly string[] Refusals =
    [
        "access_token_required",
        "access_token_invalid",
        "not_a_member",
        "role_required",
        "sign_in_required",
    ];

    private static readonly (string Person, Role Role)[] People =
    [
        ("owner", Role.Owner),
        ("userAdmin", Role.UserAdmin),
        ("policyAdmin", Role.PolicyAdmin),
        ("privacyOfficer", Role.PrivacyOfficer),
        ("auditor", Role.Auditor),
        ("member", Role.Member),
        ("support", Role.Support),
        ("operator", Role.Operator),
        ("deactivated", Role.None),
        ("stranger", Role.None),
        ("nobody", Role.None),
    ];

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    public void Dispose() => plain.Dispose();

    [Fact]
    public void EveryRoute_HasARow_AndEveryRowARoute()
    {
        string[] mapped = [.. Mapped().Select(route => $"{route.Method} {route.Pattern}").Order(StringComparer.Ordinal)];
        string[] written =
        [
            .. RoleMatrix.Rows.SelectMany(row => row.Methods.Select(method => $"{method} {row.Pattern}")).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(written, mapped);
        Assert.Equal(written.Distinct(StringComparer.Ordinal), written);
    }

    [Fact]
    public void Route_WithoutARow_IsNotFoundInTheMatrix() => Assert.Null(RoleMatrix.Find("GET", "/v1/admin/forgotten"));

    [Fact]
    public void SomeCells_AreAsTheyMustBe() // read by people: the matrix cannot be wrong here without anybody noticing
    {
        Assert.Equal(Role.Owner, RoleMatrix.Find("PUT", "/v1/admin/tenant")?.AnyOf);
        Assert.Equal(Role.Owner | Role.Auditor, RoleMatrix.Find("GET", "/v1/admin/ledger")?.AnyOf);
        Assert.All(
            RoleMatrix.Rows.Where(row => row.Pattern.StartsWith("/v1/desk", StringComparison.Ordinal)),
            static row => Assert.Equal(Role.Support, row.AnyOf)
        );
        Assert.All(
            RoleMatrix.Rows.Where(row => row.Pattern.StartsWith("/v1/operator", StringComparison.Ordinal)),
            static row => Assert.Equal(Role.Operator, row.AnyOf)
        );
        Assert.All(
            RoleMatrix.Rows.Where(row => row.Pattern.StartsWith("/v1/admin", StringComparison.Ordinal)),
            static row =>
                Assert.True(
                    (row.AnyOf & Role.Owner) != Role.None && (row.AnyOf & (Role.Member | Roles.OfOperator)) == Role.None,
                    row.Pattern
                )
        );
        Assert.All( // log readers see no accounts, account managers no logs
            RoleMatrix.Rows,
            static row =>
                Assert.False(
                    row.Pattern.StartsWith("/v1/admin/", StringComparison.Ordinal)
                        && row.AnyOf.HasFlag(Role.Auditor)
                        && row.AnyOf.HasFlag(Role.UserAdmin),
                    row.Pattern
                )
        );
        Assert.All( // an auditor reads
            RoleMatrix.Rows.Where(row => row.Pattern.StartsWith("/v1/admin", StringComparison.Ordinal) && row.AnyOf.HasFlag(Role.Auditor)),
            static row => Assert.Equal(["GET"], row.Methods)
        );
    }

    [Fact]
    public async Task EveryCell_OverHttp_IsAsTheMatrixSays()
    {
        List<string> wrong = [];
        int asked = 0;
        foreach ((string method, string pattern) in Mapped())
        {
            RoleRow row = RoleMatrix.Find(method, pattern) ?? throw new InvalidOperationException($"{method} {pattern} has no row.");
            if (row.Audience is Audience.Anyone && !pattern.StartsWith("/v1", StringComparison.Ordinal) && method != "GET")
            {
                continue; // forms and OpenID Connect: what they want is no access token
            }
            TestTenant tenant = await PeopledTenantAsync(); // afresh: some routes take somebody away
            foreach ((string person, Role role) in People)
            {
                bool expected = row.Audience switch
                {
                    Audience.Anyone => true,
                    Audience.SignedIn or Audience.Browser => false, // no access token stands for a browser's cookie
                    _ => (row.AnyOf & role) != Role.None,
                };
                string? code = await AskAsync(method, pattern, TokenOf(tenant, person));
                asked++;
                bool refused = row.Audience switch
                {
                    Audience.SignedIn or Audience.Browser => code is not null,
                    Audience.Anyone when code == "sign_in_required" => false, // where signing out leads to
                    _ => Refusals.Contains(code, StringComparer.Ordinal),
                };
                if (expected == refused)
                {
                    wrong.Add($"{method} {pattern} as {person}: {code ?? "served"}, wanted {(expected ? "served" : "refused")}");
                }
                else if (row.Audience is Audience.Roles && !expected && person is "nobody" && code != "access_token_required")
                {
                    wrong.Add($"{method} {pattern} as nobody: {code}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(asked >= Mapped().Count() * 5, $"{asked} cells");
        TestContext.Current.SendDiagnosticMessage($"{asked} cells of the matrix asked");
    }

    [Fact]
    public async Task EveryPageOfTheConsole_InABrowser_IsAsTheMatrixSays()
    {
        const string Refused = "You do not have permission for this";
        TestTenant tenant = await cells.NewTenantAsync();
        string owner = cells.Eu.TokenOf(tenant);
        List<string> wrong = [];
        int asked = 0;
        foreach (
            (string person, Role role) in People.Where(person => person.Role is Role.None || (person.Role & Roles.OfTenants) != Role.None)
        )
        {
            using SignedInPerson browser = new(cells.Eu, cells.Pki);
            if (person != "nobody")
            {
                await SignUpAsync(browser, owner, role is Role.None ? Role.Owner : role, person);
            }
            foreach ((string method, string pattern) in Mapped())
            {
                RoleRow row = RoleMatrix.Find(method, pattern)!;
                if (row.Audience is not Audience.Browser)
                {
                    continue;
                }
                bool expected = (row.AnyOf & role) != Role.None;
                (HttpStatusCode status, string? location, string page) = await browser.AskAsync(method, pattern, "/account/sign-in");
                bool refused =
                    page.Contains(Refused, StringComparison.Ordinal)
                    || location?.Contains("/account/sign-in", StringComparison.Ordinal) == true;
                asked++;
                Assert.True(
                    status is HttpStatusCode.OK or HttpStatusCode.Redirect or HttpStatusCode.SeeOther,
                    $"{method} {pattern}: {status}"
                );
                if (expected == refused)
                {
                    wrong.Add($"{method} {pattern} as {person}: {(refused ? "refused" : "served")}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(asked >= 7 * 9, $"{asked} cells");
    }

    // Invited by the owner, accepted in the browser; "deactivated" and "stranger" end at once.
    private async Task SignUpAsync(SignedInPerson browser, string owner, Role role, string person)
    {
        string email = $"{person.ToLowerInvariant()}.{Guid.NewGuid():N}@kanzlei.example";
        string body = $$"""{"email":"{{email}}","roles":["{{Roles.ToNames(role)[0]}}"],"language":"en"}""";
        using HttpRequestMessage request = cells.Eu.Request(
            HttpMethod.Post,
            "/v1/admin/members",
            owner,
            new StringContent(body, System.Text.Encoding.UTF8, "application/json")
        );
        using HttpResponseMessage invited = await cells.Eu.Http.SendAsync(request, Cancel);
        using JsonDocument member = JsonDocument.Parse(await invited.Content.ReadAsStringAsync(Cancel));
        Assert.True(await browser.AcceptAsync(await cells.Eu.Mails.NextCodeAsync(email)));
        if (person is "deactivated" or "stranger")
        {
            bool erased = person is "stranger";
            using HttpRequestMessage ending = cells.Eu.Request(
                erased ? HttpMethod.Delete : HttpMethod.Post,
                $"/v1/admin/members/{member.RootElement.GetProperty("id").GetString()}{(erased ? "" : "/deactivation")}",
                owner
            );
            using HttpResponseMessage ended = await cells.Eu.Http.SendAsync(ending, Cancel);
            Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        }
    }

    private async Task<TestTenant> PeopledTenantAsync()
    {
        TestTenant tenant = await cells.NewTenantAsync(
            others:
            [
                .. People.Where(person => (person.Role & Roles.OfTenants) is not (Role.None or Role.Owner)),
                ("deactivated", Role.Owner | Role.Member),
            ]
        );
        AccountId owner = cells.Eu.AccountOf(tenant, tenant.Owner);
        Assert.IsType<MemberStands>(
            await cells
                .Eu.Silo.Tenant(tenant.Id)
                .ChangeMembersAsync(new DeactivateMember(owner, cells.Eu.AccountOf(tenant, "deactivated")), Cancel)
        );
        return tenant;
    }

    private string? TokenOf(TestTenant tenant, string person) =>
        person switch
        {
            "nobody" => null,
            "support" => cells.Operator.Token("support-1", cells.Eu.Silo.Clock.GetUtcNow()),
            "operator" => cells.Operator.Token("operator-1", cells.Eu.Silo.Clock.GetUtcNow()),
            "owner" => cells.Eu.TokenOf(tenant),
            _ => cells.Eu.TokenOf(tenant, person),
        };

    // The code of the problem; null when the answer is none. A page that asks to sign in refuses as well.
    private async Task<string?> AskAsync(string method, string pattern, string? token)
    {
        string path = System.Text.RegularExpressions.Regex.Replace(
            pattern,
            "{(?<name>[^}:]+)[^}]*}",
            match =>
                match.Groups["name"].Value switch
                {
                    "documentName" => "v1",
                    "memberId" => new string('a', 64),
                    "policyClass" => "eu-standard",
                    "epoch" => "7",
                    _ => new string('a', 22),
                },
            System.Text.RegularExpressions.RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        using HttpRequestMessage request = cells.Eu.Request(new HttpMethod(method), path, token);
        if (method is "POST" or "PUT")
        {
            byte[] body = pattern.StartsWith("/account/", StringComparison.Ordinal) ? "{}"u8.ToArray() : [];
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeOf(pattern)) } };
        }
        request.Headers.Add("Lethe-View-Reason", "userRequest");
        using HttpResponseMessage response = await plain.SendAsync(request, Cancel);
        Assert.True((int)response.StatusCode < 500, $"{method} {path}: {response.StatusCode}");
        if (response.Headers.Location?.OriginalString.Contains("/account/sign-in", StringComparison.Ordinal) == true)
        {
            return "sign_in_required";
        }
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            string page = await response.Content.ReadAsStringAsync(Cancel);
            return page.Contains(Expired, StringComparison.Ordinal) ? "form_expired" : null;
        }
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return problem.RootElement.GetProperty("code").GetString();
    }

    private static SocketsHttpHandler Plain(TwoCells cells)
    {
        SocketsHttpHandler handler = OneCell.Trusting(cells.Pki);
        handler.AllowAutoRedirect = false;
        return handler;
    }

    private static string MediaTypeOf(string pattern) =>
        pattern == "/token-request" ? PrivacyPass.BlindRsaToken.RequestMediaType : "application/json";

    private IEnumerable<(string Method, string Pattern)> Mapped() =>
        from route in cells.Eu.Routes.OfType<RouteEndpoint>()
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]
        select (method, RoleMatrix.PatternOf(route));
}
