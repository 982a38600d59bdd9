using System.Text.Json.Nodes;
using Lethe.TestKit.Vendors;
using Xunit;

namespace Lethe.ClusterTests.Gateway;

/// <summary>A Gateway whose policy class has a route for each thing that <see cref="MockVendor"/> can do, and a small budget.</summary>
public sealed class VendorGateway : RunningGateway
{
    /// <summary>A session's budget; a turn reserves some 1,400 for rules, a third of its material's bytes, and the answer.</summary>
    public const int SessionTokens = 12_000;

    /// <summary>The most tokens of an answer.</summary>
    public const int MaxOutputTokens = 4000;

    private static readonly string[] Modes =
    [
        "mock-ok",
        "mock-long",
        "mock-length",
        "mock-filtered",
        "mock-undone",
        "mock-hang",
        "mock-500",
        "mock-filter-400",
    ];

    public MockVendor Vendor { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        Vendor = await MockVendor.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Vendor.DisposeAsync();
    }

    private protected override void SetRoutes(Dictionary<string, string?> settings, string secrets)
    {
        File.WriteAllText(Path.Combine(secrets, "vendor"), "sk-test-0123456789");
        JsonObject table = new()
        {
            ["region"] = "eu",
            ["classes"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "eu-standard",
                    ["noticeDays"] = 30,
                    ["limits"] = new JsonObject
                    {
                        ["sessionTokens"] = SessionTokens,
                        ["contextCharacters"] = 100_000,
                        ["selectionCharacters"] = 50_000,
                        ["instructionCharacters"] = 1000,
                        ["documentsPerTurn"] = 5,
                        ["maxOutputTokens"] = MaxOutputTokens,
                    },
                    ["versions"] = new JsonArray(
                        new JsonObject
                        {
                            ["version"] = 1,
                            ["announcedAt"] = "2025-01-01T00:00:00Z",
                            ["effectiveAt"] = "2025-01-01T00:00:00Z",
                            ["routes"] = new JsonArray([.. Modes.Select(mode => (JsonNode)mode)]),
                        }
                    ),
                }
            ),
            ["routes"] = new JsonArray([.. Modes.Select(Route)]),
        };
        string file = Path.Combine(secrets, "..", "routes.json");
        File.WriteAllText(file, table.ToJsonString());
        settings["Routes:File"] = file;
        settings["Routes:AllowLoopback"] = "true";
        settings["Routes:TrustedCa"] = Vendor.CaFile;
    }

    private JsonObject Route(string mode) =>
        new()
        {
            ["id"] = mode,
            ["protocol"] = "openai-chat",
            ["endpoint"] = Vendor.Endpoint.AbsoluteUri,
            ["model"] = mode,
            ["vendor"] = "Mock",
            ["inferenceCountry"] = "DE",
            ["storageCountry"] = "DE",
            ["retention"] = "none",
            ["training"] = "never",
            ["contract"] = new JsonObject
            {
                ["title"] = "Test",
                ["sha256"] = new string('0', 64),
                ["signedOn"] = "2025-01-01",
                ["verifiedUntil"] = "2099-12-31",
            },
            ["secret"] = "vendor",
            ["limits"] = new JsonObject { ["contextCharacters"] = 100_000, ["maxOutputTokens"] = MaxOutputTokens },
        };
}

[CollectionDefinition(Name)]
public sealed class VendorSuite : ICollectionFixture<VendorGateway>
{
    public const string Name = "Vendor";
}
