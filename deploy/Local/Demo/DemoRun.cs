using Lethe.Client;
using Lethe.Local.Cells;

namespace Lethe.Local.Demo;

/// <summary>What a demo is asked to do.</summary>
/// <param name="Document">The document.</param>
/// <param name="Region">The cell.</param>
/// <param name="Turn">What is asked of it.</param>
internal sealed record DemoTask(DemoDocument Document, string Region, Turn Turn);

/// <summary>What came of it: the members of the last line of <c>--json</c>.</summary>
/// <param name="Region">The cell.</param>
/// <param name="Vendor">Who answered.</param>
/// <param name="Route">By which route.</param>
/// <param name="Action">What was asked.</param>
/// <param name="DocumentCharacters">Unicode characters read.</param>
/// <param name="Coverage">The share of the document that was read, 0 to 1.</param>
/// <param name="AnswerCharacters">Characters answered.</param>
/// <param name="Ending">How the answer ended.</param>
/// <param name="Forgotten">Whether the session is gone: its own answer, and that it answers no more.</param>
/// <param name="StoredContentBytes">Bytes of the document found in the state folder.</param>
internal sealed record DemoResult(
    string Region,
    string Vendor,
    string Route,
    string Action,
    int DocumentCharacters,
    double Coverage,
    int AnswerCharacters,
    string Ending,
    bool Forgotten,
    long StoredContentBytes
);

/// <summary>The main job, as a plugin does it: sign in, draw tokens, open a session, upload, ask, forget.</summary>
internal static class DemoRun
{
    /// <summary>Makes a client that is signed in as a seeded firm's owner.</summary>
    /// <param name="tenant">The firm.</param>
    /// <param name="accounts">The owner's own side.</param>
    /// <param name="control">The Control to ask first.</param>
    /// <param name="authority">The local CA's file.</param>
    /// <returns>The client.</returns>
    public static LetheClient Connect(DemoTenant tenant, SignIn.LocalAccounts accounts, Uri control, string authority) =>
        new(
            new LetheClientOptions
            {
                Control = control,
                Tenant = tenant.Id,
                TrustedCa = authority,
                PoolSize = 4,
                AccessToken = accounts.AccessTokens(tenant.Region, control, tenant.Owner, TimeProvider.System),
            }
        );

    /// <summary>Runs the job.</summary>
    /// <param name="cells">The running cells.</param>
    /// <param name="task">What to do.</param>
    /// <param name="progress">Told what is happening.</param>
    /// <param name="answer">Given the answer as it comes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What came of it.</returns>
    public static async Task<DemoResult> RunAsync(
        LocalCells cells,
        DemoTask task,
        IProgress<string> progress,
        Action<string> answer,
        CancellationToken cancellationToken
    )
    {
        DemoTenant tenant = DemoPeople.Tenants.First(known => known.Region == task.Region);
        CellUrls urls = CellUrls.From(new(task.Region, cells.Ports[task.Region]));
        using LetheClient client = Connect(tenant, cells.Accounts, new Uri(urls.Control), cells.Certificates.AuthorityFile);
        Cell home = await client.DiscoverAsync(cancellationToken);
        progress.Report(
            $"{tenant.Owner} of {tenant.Id} signed in at {home.ControlUrl.Authority} ({home.Region}); drawing blind-signed tokens"
        );
        int drawn = await client.Tokens.RefillAsync(home, cancellationToken);
        progress.Report($"{drawn} tokens drawn; opening an anonymous session at {home.GatewayUrl.Authority} with one of them");
        LetheSession session = await client.OpenSessionAsync(cancellationToken);
        using MemoryStream file = new(task.Document.Bytes);
        DocumentUploaded uploaded = await session.UploadAsync(
            LetheSession.NewDocumentId(),
            task.Document.MediaType,
            file,
            cancellationToken
        );
        progress.Report($"{task.Document.Name}: {uploaded.Characters} characters in {uploaded.Paragraphs} paragraphs read and sealed");
        foreach (DocumentCoverageNote note in uploaded.Coverage.Notes)
        {
            progress.Report($"not taken as it is: {note.Kind} ({note.Count})");
        }
        DemoResult result = new(home.Region, "", "", task.Turn.Action, uploaded.Characters, uploaded.Coverage.Share, 0, "", false, 0);
        result = await AskAsync(session, task.Turn, result, progress, answer, cancellationToken);
        SessionForgotten forgotten = await session.ForgetAsync(cancellationToken);
        progress.Report(
            $"session forgotten: {forgotten.Documents} document and {forgotten.Turns} turn, {forgotten.SealedBytes} sealed bytes zeroed"
        );
        return result with { Forgotten = await IsGoneAsync(session, cancellationToken) };
    }

    private static async Task<DemoResult> AskAsync(
        LetheSession session,
        Turn turn,
        DemoResult result,
        IProgress<string> progress,
        Action<string> answer,
        CancellationToken cancellationToken
    )
    {
        int characters = 0;
        await foreach (TurnEvent happened in session.RunAsync(turn, cancellationToken))
        {
            switch (happened.Name)
            {
                case "route":
                    string vendor = happened.Data.GetProperty("vendor").GetString()!;
                    string route = happened.Data.GetProperty("route").GetString()!;
                    progress.Report(
                        $"{turn.Action}: {vendor}, route {route}, {happened.Data.GetProperty("country").GetString()}, retention {happened.Data.GetProperty("retention").GetString()}"
                    );
                    result = result with { Vendor = vendor, Route = route };
                    break;
                case "delta":
                    characters += happened.Text.Length;
                    answer(happened.Text);
                    break;
                case "done":
                    answer(Environment.NewLine);
                    result = result with { Ending = happened.Ending! };
                    break;
            }
        }
        return result with { AnswerCharacters = characters };
    }

    private static async Task<bool> IsGoneAsync(LetheSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.DescribeAsync(cancellationToken);
            return false;
        }
        catch (ProblemException problem) when (problem.Code == "session_gone")
        {
            return true;
        }
    }
}
