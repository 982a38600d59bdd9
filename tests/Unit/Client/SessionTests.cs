using System.Net;
using System.Text;
using Lethe.Client;
using Xunit;

namespace Lethe.UnitTests.Client;

public sealed class SessionTests
{
    [Fact]
    public async Task Upload_Document_SendsKeyFirstAndNoFileName()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        string id = LetheSession.NewDocumentId();
        string path = $"/v1/session/documents/{id}";
        cell.Special[path] = () =>
            FakeCell.Json(
                """{"paragraphs":2,"characters":9,"coverage":{"complete":false,"share":0.5,"notes":[{"kind":"images_without_text","count":1}]},"revision":1,"sealedBytes":99}"""
            );
        using var document = new MemoryStream(Encoding.UTF8.GetBytes("eins\n\nzwei"));
        DocumentUploaded uploaded = await session.UploadAsync(id, "text/plain", document, default);
        Assert.Equal((2, 9, 1L), (uploaded.Paragraphs, uploaded.Characters, uploaded.Revision));
        Assert.Equal(new DocumentCoverageNote("images_without_text", 1), Assert.Single(uploaded.Coverage.Notes));
        (string method, _, string? authorization, byte[] body, string? contentType) = cell.Requests[^1];
        string text = Encoding.UTF8.GetString(body);
        Assert.Equal(("PUT", "Bearer credential"), (method, authorization));
        Assert.StartsWith("multipart/form-data", contentType, StringComparison.Ordinal);
        Assert.True(text.IndexOf("a2V5", StringComparison.Ordinal) < text.IndexOf("eins", StringComparison.Ordinal));
        Assert.DoesNotContain("filename", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Run_RevisionGoesDown_Throws()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        Answer(cell, """{"turn":1,"revision":5,"ending":"complete"}""");
        Assert.Equal("complete", Assert.Single(await RunAsync(session)).Ending);
        Answer(cell, """{"turn":2,"revision":4,"ending":"complete"}""");
        await Assert.ThrowsAsync<ProblemException>(() => RunAsync(session));
    }

    [Fact]
    public async Task Run_Turn_SendsWhatWasAskedAndNothingElse()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        Answer(cell, """{"turn":1,"revision":1,"ending":"complete"}""");
        await RunAsync(session);
        Assert.Equal("""{"key":"a2V5","action":"ask","instruction":"Wie lange?"}""", Encoding.UTF8.GetString(cell.Requests[^1].Body));
    }

    [Fact]
    public async Task Answer_Turn_GivesTheWholeAnswerWithWhoSawIt()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session/turns"] = () =>
            FakeCell.Json(
                """
                {"turn":1,"revision":3,"ending":"length","text":"Drei Monate","usage":{"promptTokens":40,"completionTokens":2,"measured":true},
                "routes":[{"route":"r1","vendor":"V","model":"m","country":"DE","retention":"none"}]}
                """
            );
        TurnAnswer answer = await session.AnswerAsync(new Turn("ask", "Wie lange?"), default);
        Assert.Equal((1L, 3L, "length", "Drei Monate"), (answer.Turn, answer.Revision, answer.Ending, answer.Text));
        Assert.Equal(new TurnRoute("r1", "V", "m", "DE", "none"), Assert.Single(answer.Routes));
        Assert.Equal(new TurnUsage(40, 2, true), answer.Usage);
        Assert.DoesNotContain("Monate", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal("application/json", cell.Accepted);
        Assert.Equal("""{"key":"a2V5","action":"ask","instruction":"Wie lange?"}""", Encoding.UTF8.GetString(cell.Requests[^1].Body));
    }

    [Theory]
    [InlineData("""{"turn":1,"revision":3,"ending":"somehow","text":"a","routes":[]}""", "answer_invalid")]
    [InlineData("""{"turn":1,"revision":3,"ending":"complete","routes":[]}""", "answer_invalid")]
    [InlineData("""{"turn":1,"revision":3,"ending":"complete","text":"a","rou""", "answer_invalid")]
    [InlineData("""{"turn":2,"revision":1,"ending":"complete","text":"a","routes":[]}""", "rolled_back")]
    public async Task Answer_ThatIsNotWholeOrFromBefore_Throws(string json, string code)
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session/turns"] = () => FakeCell.Json("""{"turn":1,"revision":2,"ending":"complete","text":"","routes":[]}""");
        await session.AnswerAsync(new Turn("ask", "Wie lange?"), default);
        cell.Special["/v1/session/turns"] = () => FakeCell.Json(json);
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() =>
            session.AnswerAsync(new Turn("ask", "Wie lange?"), default)
        );
        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task Answer_BrokenOff_IsCut()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session/turns"] = () => new HttpResponseMessage { Content = new StreamContent(new BrokenStream()) };
        ProblemException cut = await Assert.ThrowsAsync<ProblemException>(() =>
            session.AnswerAsync(new Turn("ask", "Wie lange?"), default)
        );
        Assert.Equal("stream_cut", cut.Code);
    }

    [Fact]
    public async Task Describe_Session_IsTypedAndNeverFromBefore()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session"] = () => FakeCell.Json(State(revision: 7));
        SessionState state = await session.DescribeAsync(default);
        Assert.Equal(
            (2, 3, 900L, 7L, 5000L, true, 1),
            (state.Documents, state.Turns, state.SealedBytes, state.Revision, state.BudgetTokens, state.TurnRunning, state.CallsRunning)
        );
        cell.Special["/v1/session"] = () => FakeCell.Json(State(revision: 6));
        Assert.Equal("rolled_back", (await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(default))).Code);
    }

    [Fact]
    public async Task Capabilities_OfTheClass_AreTyped()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/capabilities"] = () =>
            FakeCell.Json(
                """
                {"policyClass":"eu-standard","version":2,"actions":["ask"],"languages":["de"],"documents":{"mediaTypes":["text/plain"]},
                "models":[{"id":"m","vendor":"V","country":"DE","actions":["ask"]}],"limits":{"documentBytes":10485760} }
                """
            );
        Capabilities offered = await session.CapabilitiesAsync(default);
        Assert.Equal(("eu-standard", 2, "ask", "de"), (offered.PolicyClass, offered.Version, offered.Actions[0], offered.Languages[0]));
        Assert.Equal("text/plain", Assert.Single(offered.Documents.MediaTypes));
        Assert.Equal(("m", "V", "DE"), (offered.Models[0].Id, offered.Models[0].Vendor, offered.Models[0].Country));
        Assert.Equal(10_485_760, offered.Limits["documentBytes"]);
    }

    [Fact]
    public async Task Open_WhenTheStoreOfSpentTokensIsSilent_TakesAnotherTokenTheNextTime()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await client.Tokens.RefillAsync(await client.DiscoverAsync(default), default);
        cell.Special["/v1/sessions"] = () => FakeCell.Problem(503, "admission_unavailable");
        Assert.Equal(503, (await Assert.ThrowsAsync<ProblemException>(() => client.OpenSessionAsync(default))).Status);
        string? lost = cell.Requests[^1].Authorization;
        cell.Special.Remove("/v1/sessions");
        await client.OpenSessionAsync(default);
        Assert.NotEqual(lost, cell.Requests[^1].Authorization);
        Assert.Equal((2, 0), (cell.Waiting, cell.Store.Read().DrawsAtStart)); // of four, both are gone
    }

    [Fact]
    public async Task Forget_Session_TellsWhatWasDropped()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session"] = () => FakeCell.Json("""{"forgotten":true,"documents":1,"turns":2,"sealedBytes":300}""");
        Assert.Equal(new SessionForgotten(true, 1, 2, 300), await session.ForgetAsync(default));
        Assert.Equal("DELETE", cell.Requests[^1].Method);
    }

    [Fact]
    public async Task Problem_OfAnyKind_IsMapped()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        LetheSession session = await client.OpenSessionAsync(default);
        cell.Special["/v1/session"] = () => FakeCell.Problem(413, "text_too_long");
        ProblemException named = await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(default));
        Assert.Equal((413, "text_too_long"), (named.Status, named.Code));
        cell.Special["/v1/session"] = () => FakeCell.Bytes("<html>"u8.ToArray(), "text/html", HttpStatusCode.BadGateway);
        ProblemException bare = await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(default));
        Assert.Equal((502, "unknown"), (bare.Status, bare.Code));
        cell.Special["/v1/session"] = () => FakeCell.Bytes("{"u8.ToArray(), "application/problem+json", HttpStatusCode.Gone);
        Assert.Equal("answer_invalid", (await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(default))).Code);
        cell.Special["/v1/session"] = () => FakeCell.Json("[secret");
        ProblemException malformed = await Assert.ThrowsAsync<ProblemException>(() => session.DescribeAsync(default));
        Assert.DoesNotContain("secret", malformed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SessionOfAnotherRegion_IsRefused()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        await client.DiscoverAsync(default);
        cell.Region = "ch";
        await Assert.ThrowsAsync<ProblemException>(() => client.OpenSessionAsync(default));
    }

    [Fact]
    public async Task Support_Share_ConsentsBeforeTheDocumentAndWithdraws()
    {
        using var cell = new FakeCell();
        using LetheClient client = cell.Connect();
        cell.Special["/v1/support/cases"] = () =>
            FakeCell.Json("""{"id":"c1","createdAt":"2026-11-23T12:00:00Z","expiresAt":"2026-12-23T12:00:00Z"}""", HttpStatusCode.Created);
        cell.Special["/v1/support/cases/c1/messages"] = () =>
            FakeCell.Json("""{"id":"m1","sentAt":"2026-11-23T12:00:00Z","expiresAt":"2026-12-23T12:00:00Z"}""", HttpStatusCode.Created);
        cell.Special["/v1/support/cases/c1/shares"] = () =>
            FakeCell.Json("""{"id":"s1","expiresAt":"2026-11-30T12:00:00Z","receipt":{}}""", HttpStatusCode.Created);
        cell.Special["/v1/support/shares/s1/document"] = () => FakeCell.Json("{}", HttpStatusCode.Created);
        cell.Special["/v1/support/shares/s1"] = () => new HttpResponseMessage(HttpStatusCode.NoContent);
        string caseId = await client.Support.OpenCaseAsync(default);
        Assert.Equal("m1", await client.Support.SendAsync(caseId, "Hilfe", default));
        string share = await client.Support.ShareAsync(caseId, new { shareDocument = true, days = 7 }, default);
        Assert.Equal("""{"shareDocument":true,"days":7}""", Encoding.UTF8.GetString(cell.Requests[^1].Body));
        using var document = new MemoryStream("text"u8.ToArray());
        await client.Support.UploadAsync(share, "text/plain", document, default);
        Assert.Equal("text/plain", cell.Requests[^1].ContentType);
        await client.Support.WithdrawAsync(share, default);
        Assert.Equal(
            ("DELETE", "/v1/support/shares/s1", "Bearer access"),
            (cell.Requests[^1].Method, cell.Requests[^1].Path, cell.Requests[^1].Authorization)
        );
    }

    private static void Answer(FakeCell cell, string done) =>
        cell.Special["/v1/session/turns"] = () =>
            FakeCell.Bytes(Encoding.UTF8.GetBytes($"event: done\ndata: {done}\n\n"), "text/event-stream");

    private static string State(int revision) =>
        $$"""
            {"id":"00000000000000000000000000000001","expiresAt":"2026-11-23T14:00:00Z","idleExpiresAt":"2026-11-23T12:30:00Z","documents":2,"turns":3,
            "sealedBytes":900,"revision":{{revision}},"budgetTokens":5000,"turnRunning":true,"callsRunning":1}
            """;

    private static async Task<List<TurnEvent>> RunAsync(LetheSession session)
    {
        List<TurnEvent> events = [];
        await foreach (TurnEvent next in session.RunAsync(new Turn("ask", "Wie lange?"), default))
        {
            events.Add(next);
        }
        return events;
    }

    /// <summary>A connection that breaks off.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new IOException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException();
    }
}
