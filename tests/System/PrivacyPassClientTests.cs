using System.Text.Json;
using Lethe.SystemTests.Processes;
using Lethe.TestKit.Documents;
using Lethe.TestKit.Node;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>Cloudflare's client for RFC 9576 to 9578, unchanged, as a user's device against the real processes.</summary>
public sealed class PrivacyPassClientTests(RealCells cells)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NpmPackage_WorksUnchanged()
    {
        RealCell cell = cells.Cells["eu"];
        NodeResult result = await NodeProcess.RunAsync(
            [Path.Combine(RepositoryFolder.Root, "tests", "System", "npm", "privacy-pass.mjs")],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["NODE_EXTRA_CA_CERTS"] = cells.Authority,
                ["LETHE_GATEWAY"] = cell.GatewayUrl.ToString(),
                ["LETHE_ACCESS_TOKEN"] = await cells.OwnerTokenAsync("eu"),
            },
            Token
        );
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonElement told = JsonElement.Parse(result.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(told.GetProperty("batch").GetRawText());

        // The challenge is the one for everybody, and leads to the issuer.
        Assert.Equal("[401,\"token_required\"]", Raw(told, "asked"));
        Assert.Equal(cell.ControlUrl.Authority, told.GetProperty("issuerName").GetString());
        Assert.Equal([cell.GatewayUrl.Authority], told.GetProperty("originInfo").EnumerateArray().Select(origin => origin.GetString()));
        Assert.Equal((0, 3600), (told.GetProperty("context").GetInt32(), told.GetProperty("maxAge").GetInt32()));
        Assert.Equal(new Uri(cell.ControlUrl, "/token-request"), new Uri(told.GetProperty("issuer").GetString()!));

        // A token opens one session, quoted or not, and nothing else.
        Assert.Equal("[201,null]", Raw(told, "opened"));
        Assert.Equal(200, told.GetProperty("session").GetInt32());
        Assert.Equal("[403,\"token_spent\"]", Raw(told, "again"));
        Assert.Equal("[201,null]", Raw(told, "quoted"));
        Assert.Equal([201, .. Enumerable.Repeat(403, 19)], told.GetProperty("race").EnumerateArray().Select(status => status.GetInt32()));
        Assert.Equal("[401,\"token_invalid\"]", Raw(told, "foreign"));
        Assert.Equal("[401,\"token_invalid\"]", Raw(told, "withoutSalt"));

        JsonElement batch = told.GetProperty("batch");
        Assert.Equal((200, 30), (batch.GetProperty("status").GetInt32(), batch.GetProperty("redeemed").GetInt32()));
        Assert.Equal("application/private-token-generic-batch-response", batch.GetProperty("type").GetString());

        JsonElement refusals = told.GetProperty("refusals");
        foreach (string malformed in new[] { "type", "short", "long", "tooLarge", "unknownKey", "emptyBatch" })
        {
            Assert.Equal((malformed, "[422,\"token_request_invalid\"]"), (malformed, Raw(refusals, malformed)));
        }
        Assert.Equal("[415,\"media_type_unsupported\"]", Raw(refusals, "mediaType"));
        Assert.Equal(401, refusals.GetProperty("noAccount")[0].GetInt32());
    }

    private static string Raw(JsonElement parent, string name) => parent.GetProperty(name).GetRawText();
}
