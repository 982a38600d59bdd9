using System.Text.RegularExpressions;
using Lethe.TestKit.Documents;
using Lethe.TestKit.Node;
using Xunit;

namespace Lethe.UnitTests.PluginClient;

/// <summary>The tests of <c>api/plugin-client</c>, which Node's own runner runs.</summary>
public sealed partial class NodeTests
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Root, "tests", "Unit", "PluginClient");

    public static TheoryData<string> Files() => [.. Directory.EnumerateFiles(Folder, "*.test.mjs").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task EveryTestOfTheFile_Passes(string file)
    {
        NodeResult result = await NodeProcess.RunAsync(
            ["--test", "--test-reporter=tap", Path.Combine(Folder, file)],
            new Dictionary<string, string>(StringComparer.Ordinal),
            TestContext.Current.CancellationToken
        );

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Match passed = Passed().Match(result.Output);
        Assert.True(int.Parse(passed.Groups["count"].Value) > 5, "Node ran hardly any test.");
    }

    [GeneratedRegex("^# pass (?<count>[0-9]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Passed();
}
