using System.Diagnostics;
using System.Text.Json;
using Lethe.SystemTests.Processes;
using Xunit;

namespace Lethe.SystemTests;

/// <summary>The npm package <c>openid-client</c>, unchanged, against a Control as it runs in production.</summary>
public sealed class OpenIdClientTests(RealCells cells)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenIdClient_SignsInByCodeAndByDevice_AndIsRefusedWhatIsUnsafe()
    {
        string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../npm"));
        ProcessStartInfo start = new("node", [Path.Combine(folder, "openid.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["NODE_EXTRA_CA_CERTS"] = cells.Authority;
        start.Environment["LETHE_CONTROL"] = cells.Cells["eu"].ControlUrl.AbsoluteUri;
        (start.Environment["LETHE_EMAIL"], start.Environment["LETHE_PASSWORD"]) = cells.OwnerOf("eu");

        using Process node = Process.Start(start)!;
        string output = await node.StandardOutput.ReadToEndAsync(Token);
        await node.WaitForExitAsync(Token);

        const string Refused = "This sign-in is not possible as asked";
        Assert.Equal(0, node.ExitCode);
        JsonElement result = JsonElement.Parse(output);
        string Text(string name) => result.GetProperty(name).ToString();
        Assert.Equal("bearer", Text("tokenType"));
        Assert.InRange(result.GetProperty("expiresIn").GetInt32(), 290, 300);
        Assert.Equal("200", Text("api"));
        Assert.Equal(Refused, Text("plain")); // a page of ours, in a dialog too; nothing is sent to the client
        Assert.Equal(Refused, Text("withoutPkce"));
        Assert.Equal(Refused, Text("foreign"));
        Assert.Equal("True", Text("rotated"));
        Assert.Equal("invalid_grant", Text("reuse"));
        Assert.Equal("invalid_grant", Text("family"));
        Assert.Equal("401", Text("apiAfterReuse"));
        Assert.Equal("302", Text("letIn"));
        Assert.Equal("200", Text("device"));
        Assert.Equal("invalid_grant", Text("revoked"));
    }
}
