using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Lethe.Client;
using Lethe.SystemTests.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>Support with and without the switch, through the real processes.</summary>
public sealed class SupportTests(RealCells cells)
{
    private static readonly byte[] Document = "Vertraulich: Entwurf eines Vergleichs zwischen den Parteien."u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_WithoutConsent_IsRefusedBeforeItIsRead()
    {
        using LetheClient client = cells.SignIn("ch");
        CountingStream body = new(8 * 1024 * 1024);
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() =>
            client.Support.UploadAsync(new string('0', 32), "text/plain", body, Token)
        );
        Assert.InRange(refused.Status, 403, 404);
        Assert.InRange(body.Given, 0, 512 * 1024);
    }

    [Fact]
    public async Task Share_WithTheSwitchOff_IsRefused()
    {
        using LetheClient client = cells.SignIn("ch");
        string caseId = await client.Support.OpenCaseAsync(Token);
        object consent = await ConsentAsync(client, shareDocument: false);
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => client.Support.ShareAsync(caseId, consent, Token));
        Assert.InRange(refused.Status, 400, 422);
        await client.Support.CloseAsync(caseId, Token);
    }

    [Fact]
    public async Task Share_WithConsent_IsReadByOwnerAndBoundStaff_AndGoneWhenWithdrawn()
    {
        using LetheClient client = cells.SignIn("ch");
        string caseId = await client.Support.OpenCaseAsync(Token);
        await client.Support.SendAsync(caseId, "Die Zusammenfassung lässt § 4 aus.", Token);
        string share = await client.Support.ShareAsync(caseId, await ConsentAsync(client, shareDocument: true), Token);
        using MemoryStream file = new(Document);
        await client.Support.UploadAsync(share, "text/plain", file, Token);
        Assert.Equal(Document, await client.Support.ReadAsync(share, Token));

        using HttpResponseMessage member = await DeskAsync(share, await cells.OwnerTokenAsync("ch"));
        Assert.Equal(HttpStatusCode.Forbidden, member.StatusCode);
        using HttpResponseMessage staff = await DeskAsync(share, await cells.StaffTokenAsync("ch"));
        Assert.True(staff.StatusCode == HttpStatusCode.OK, $"{staff.StatusCode}\n{cells.Cells["ch"].Output}");
        Assert.Equal(Document, await staff.Content.ReadAsByteArrayAsync(Token));

        await client.Support.WithdrawAsync(share, Token);
        await Assert.ThrowsAsync<ProblemException>(() => client.Support.ReadAsync(share, Token));
        using HttpResponseMessage late = await DeskAsync(share, await cells.StaffTokenAsync("ch"));
        Assert.InRange((int)late.StatusCode, 404, 410);
        await client.Support.CloseAsync(caseId, Token);
    }

    internal static async Task<string> ShareForThreeDaysAsync(LetheClient client, string caseId, string purpose)
    {
        JsonElement text = await client.Support.ConsentTextAsync(Token);
        return await client.Support.ShareAsync(
            caseId,
            new
            {
                shareDocument = true,
                consentTextVersion = text.GetProperty("version").GetString(),
                purpose,
                days = 3,
            },
            Token
        );
    }

    private static async Task<object> ConsentAsync(LetheClient client, bool shareDocument)
    {
        JsonElement text = await client.Support.ConsentTextAsync(Token);
        return new
        {
            shareDocument,
            consentTextVersion = text.GetProperty("version").GetString(),
            language = "de",
            purpose = "answerQuality",
            expiresAt = TimeProvider.System.GetUtcNow().AddDays(7),
        };
    }

    private async Task<HttpResponseMessage> DeskAsync(string share, string accessToken)
    {
        using HttpClient http = cells.NewHttp();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(cells.Cells["ch"].ControlUrl, $"/v1/desk/shares/{share}/document"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        request.Headers.Add("Lethe-View-Reason", "userRequest");
        return await http.SendAsync(request, Token);
    }
}
