using System.Net.Http.Json;
using Lethe.Client;
using Lethe.SystemTests.Processes;
using Lethe.TestKit.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>Crashes and restarts: what is to be kept is kept, what is not is lost.</summary>
public sealed class RestartTests(RealCells cells)
{
    private static readonly byte[] Document = "Nur für den Support bestimmt: Anlage 3 zum Vertrag."u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SessionSilos_KilledOneAfterTheOther_LoseSessionsAndNothingElse()
    {
        RealCell cell = cells.Cells["eu"];
        using LetheClient client = cells.SignIn("eu");
        LetheSession session = await client.OpenSessionAsync(Token);
        await MainJobTests.UploadAsync(session);

        await cell.ContentSilos[0].KillAsync();
        LetheSession next = await OpenAsync(client);
        await next.ForgetAsync(Token);
        await cell.ContentSilos[0].StartAsync();
        await cell.ContentSilos[1].KillAsync();
        await cell.ContentSilos[1].StartAsync();

        ProblemException gone = await Assert.ThrowsAsync<ProblemException>(() => UntilAnsweredAsync(() => session.DescribeAsync(Token)));
        Assert.Equal("session_gone", gone.Code);
        LetheSession again = await OpenAsync(client);
        await MainJobTests.UploadAsync(again);
        (string answer, _) = await MainJobTests.AskAsync(again, "Wie hoch ist die Kaution?");
        Assert.Contains("Kaution", answer, StringComparison.Ordinal);
        await again.ForgetAsync(Token);
    }

    [Fact]
    public async Task IdentityPlane_RestartedWhole_KeepsTenantsKeysQuotasAndShares()
    {
        RealCell cell = cells.Cells["ch"];
        using LetheClient client = cells.SignIn("ch");
        await client.Tokens.RefillAsync(await client.DiscoverAsync(Token), Token);
        string caseId = await client.Support.OpenCaseAsync(Token);
        string share = await SupportTests.ShareForThreeDaysAsync(client, caseId, "reproduction");
        using MemoryStream file = new(Document);
        await client.Support.UploadAsync(share, "text/plain", file, Token);

        foreach (HostProcess silo in cell.IdentitySilos)
        {
            await silo.KillAsync();
        }
        await cell.Control.KillAsync();
        LetheSession pooled = await client.OpenSessionAsync(Token); // tokens drawn before still open sessions
        await pooled.ForgetAsync(Token);
        foreach (HostProcess silo in cell.IdentitySilos)
        {
            silo.Launch();
        }
        cell.Control.Launch();
        foreach (HostProcess process in cell.IdentitySilos.Append(cell.Control))
        {
            await process.ReadyAsync();
        }

        Assert.Equal(Document, await UntilAnsweredAsync(() => client.Support.ReadAsync(share, Token)));
        await client.Support.WithdrawAsync(share, Token);
        await client.Support.CloseAsync(caseId, Token);
    }

    [Fact]
    public async Task Gateway_Restarted_KeepsSessionsThatLiveInTheSilos()
    {
        RealCell cell = cells.Cells["ch"];
        using LetheClient client = cells.SignIn("ch");
        LetheSession session = await client.OpenSessionAsync(Token);
        await MainJobTests.UploadAsync(session);

        Assert.Equal(0, await cell.Gateway.StopAsync());
        await cell.Gateway.StartAsync();

        (string answer, _) = await MainJobTests.AskAsync(session, "Wie hoch ist die monatliche Grundmiete?");
        Assert.Contains("950 Euro", answer, StringComparison.Ordinal);
        await session.ForgetAsync(Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gateway_ToldToStop_SettlesWhatHasEnded(bool stream)
    {
        RealCell cell = cells.Cells["ch"];
        using LetheClient client = cells.SignIn("ch");
        LetheSession session = await client.OpenSessionAsync(Token);
        long budget = (await session.DescribeAsync(Token)).BudgetTokens;
        using HttpClient http = cells.NewHttp();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(session.GatewayUrl, "/v1/chat/completions"));
        request.Headers.Authorization = new("Bearer", session.Opened.Credential);
        request.Content = JsonContent.Create(
            new
            {
                stream,
                messages = new[] { new { role = "user", content = "Die Miete beträgt 950 Euro. Die Kaution beträgt drei Mieten." } },
            }
        );
        using HttpResponseMessage answer = await http.SendAsync(request, Token);
        Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
        await answer.Content.ReadAsByteArrayAsync(Token);

        Assert.Equal(0, await cell.Gateway.StopAsync());
        await cell.Gateway.StartAsync();

        SessionState state = await session.DescribeAsync(Token);
        Assert.Equal(0, state.CallsRunning);
        Assert.InRange(budget - state.BudgetTokens, 1, 500); // what was used, not the thousands that were set aside
        await session.ForgetAsync(Token);
    }

    private static Task<LetheSession> OpenAsync(LetheClient client) => UntilAnsweredAsync(() => client.OpenSessionAsync(Token));

    /// <summary>Repeats a call while a killed process is still being noticed: 503, or a connection that broke.</summary>
    private static async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> call)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception fault) when (attempt < 60 && fault is HttpRequestException or ProblemException { Status: 503 })
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Token);
            }
        }
    }
}
