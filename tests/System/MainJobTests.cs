using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.PrivacyPass;
using Lethe.SystemTests.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>The main job through the real processes of both cells.</summary>
public sealed class MainJobTests(RealCells cells)
{
    private const string Lease = """
        # Mietvertrag

        ## § 1 Mietsache

        Der Vermieter vermietet dem Mieter die Wohnung im zweiten Obergeschoss des Hauses Lindenstraße 12 zu Wohnzwecken.

        ## § 2 Miete

        Die monatliche Grundmiete beträgt 950 Euro und ist spätestens am dritten Werktag eines Monats zu zahlen.
        Daneben zahlt der Mieter eine Vorauszahlung von 180 Euro auf die Betriebskosten, über die jährlich abgerechnet wird.

        ## § 3 Kündigung

        Die Kündigungsfrist beträgt für den Mieter drei Monate zum Ende eines Kalendermonats.
        Die Kündigung bedarf der schriftlichen Form und muss dem anderen Teil rechtzeitig zugehen.

        ## § 4 Kaution

        Der Mieter leistet eine Kaution in Höhe von drei Grundmieten, die der Vermieter getrennt von seinem Vermögen anlegt.
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("eu")]
    [InlineData("ch")]
    public async Task MainJob_InEachRegion_AnswersAndForgets(string region)
    {
        using LetheClient client = cells.SignIn(region);
        LetheSession session = await client.OpenSessionAsync(Token);
        Assert.Equal(region, session.Opened.Region);
        DocumentUploaded uploaded = await UploadAsync(session);
        Assert.True(uploaded.Coverage.Complete);

        (string answer, List<TurnEvent> events) = await AskAsync(session, "Welche Kündigungsfrist gilt für den Mieter?");

        Assert.Contains("drei Monate", answer, StringComparison.Ordinal);
        Assert.Equal("accepted", events[0].Name);
        Assert.Single(events, happened => happened.Name == "route");
        Assert.Equal("complete", events[^1].Ending);
        Assert.Equal(1, events[^1].Data.GetProperty("turn").GetInt32());
        SessionForgotten forgotten = await session.ForgetAsync(Token);
        Assert.Equal((1, 1), (forgotten.Documents, forgotten.Turns));
        ProblemException gone = await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(Token));
        Assert.Equal((410, "session_gone"), (gone.Status, gone.Code));
    }

    [Fact]
    public async Task Client_ThatKnowsItsLoginDomainOnly_FindsItsCellAndAsksInOnePiece()
    {
        DemoTenant tenant = DemoPeople.Tenants.First(known => known.Region == "ch");
        using LetheClient client = new(
            new LetheClientOptions
            {
                Control = cells.Cells["eu"].ControlUrl, // any cell's
                Domain = tenant.Domain,
                TrustedCa = cells.Authority,
                PoolSize = 1,
                AccessToken = _ => cells.OwnerTokenAsync("ch"),
            }
        );
        LetheSession session = await client.OpenSessionAsync(Token);
        Assert.Equal("ch", session.Opened.Region);
        Capabilities offered = await session.CapabilitiesAsync(Token);
        Assert.Contains("ask", offered.Actions);
        Assert.Equal(10 * 1024 * 1024, offered.Limits["documentBytes"]);
        await UploadAsync(session);

        TurnAnswer answer = await session.AnswerAsync(new Turn("ask", "Welche Kündigungsfrist gilt für den Mieter?"), Token);

        Assert.Contains("drei Monate", answer.Text, StringComparison.Ordinal);
        Assert.Equal(("complete", 1L), (answer.Ending, answer.Turn));
        Assert.Equal("none", Assert.Single(answer.Routes).Retention);
        SessionState state = await session.DescribeAsync(Token);
        Assert.Equal((1, 1, answer.Revision, false), (state.Documents, state.Turns, state.Revision, state.TurnRunning));
        await session.ForgetAsync(Token);
    }

    [Fact]
    public async Task ActionOfNoModel_IsRefusedByName()
    {
        using LetheClient client = cells.SignIn("eu");
        LetheSession session = await client.OpenSessionAsync(Token);
        await UploadAsync(session);
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(async () =>
        {
            await foreach (TurnEvent _ in session.RunAsync(new Turn("translate", Language: "en"), Token)) { }
        });
        Assert.Equal((422, "action_not_supported"), (refused.Status, refused.Code));
        await session.ForgetAsync(Token);
    }

    [Fact]
    public async Task CredentialOfTheOtherCell_IsMisdirectedBeforeTheBodyIsRead()
    {
        using LetheClient client = cells.SignIn("eu");
        LetheSession session = await client.OpenSessionAsync(Token);
        using HttpClient http = cells.NewHttp();
        CountingStream body = new(8 * 1024 * 1024);
        using HttpRequestMessage request = new(
            HttpMethod.Put,
            new Uri(cells.Cells["ch"].GatewayUrl, $"/v1/session/documents/{LetheSession.NewDocumentId()}")
        )
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StreamContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        request.Headers.Authorization = new("Bearer", session.Opened.Credential);

        using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        JsonElement problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("eu", problem.GetProperty("region").GetString());
        Assert.Equal(cells.Cells["eu"].GatewayUrl, new Uri(problem.GetProperty("baseUrl").GetString()!));
        Assert.InRange(body.Given, 0, 512 * 1024); // what fits the windows, never the document
        await session.ForgetAsync(Token);
    }

    [Fact]
    public async Task OneToken_RedeemedManyTimesAtOnce_OpensOneSession()
    {
        using LetheClient client = cells.SignIn("eu");
        Cell home = await client.DiscoverAsync(Token);
        await client.Tokens.RefillAsync(home, Token);
        Token token = await client.Tokens.TakeAsync(home, Token);
        using HttpClient http = cells.NewHttp();

        HttpStatusCode[] answers = await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(async _ =>
                {
                    using HttpRequestMessage request = new(HttpMethod.Post, new Uri(home.GatewayUrl, "/v1/sessions"));
                    request.Headers.TryAddWithoutValidation("Authorization", PrivateTokenHeader.FormatAuthorization(token));
                    using HttpResponseMessage answer = await http.SendAsync(request, Token);
                    return answer.StatusCode;
                })
        );

        Assert.Single(answers, HttpStatusCode.Created);
        Assert.Equal(99, answers.Count(status => status == HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task ContentDatabase_HoldsMembershipAndSpentTokensOnly()
    {
        object? tables = await cells.Postgres.RunAsync(
            "SELECT string_agg(table_schema || '.' || table_name, ' ' ORDER BY table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
            "content_eu",
            Token
        );
        string[] names = Assert.IsType<string>(tables).Split(' ');
        Assert.All(names, name => Assert.Matches("(?i)membership|spent_token|orleansquery|schema_version", name));
        object? columns = await cells.Postgres.RunAsync(
            "SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'spent_token'",
            "content_eu",
            Token
        );
        Assert.Equal("epoch nonce_hash", columns);
    }

    internal static async Task<DocumentUploaded> UploadAsync(LetheSession session)
    {
        using MemoryStream file = new(Encoding.UTF8.GetBytes(Lease));
        return await session.UploadAsync(LetheSession.NewDocumentId(), "text/markdown", file, Token);
    }

    internal static async Task<(string Answer, List<TurnEvent> Events)> AskAsync(LetheSession session, string question)
    {
        List<TurnEvent> events = [];
        await foreach (TurnEvent happened in session.RunAsync(new Turn("ask", question), Token))
        {
            events.Add(happened);
        }
        return (string.Concat(events.Select(happened => happened.Text)), events);
    }
}
