using System.Text;
using System.Text.Json.Nodes;
using Lethe.Contracts;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.Extractive;
using Lethe.Gateway.Models.OpenAi;
using Lethe.TestKit;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Lethe.UnitTests.Models;

/// <summary>Route tables for tests: one embedded route and vendors' rows, changed as a test wants.</summary>
internal static class RouteFiles
{
    public const string Secret = "sk-test-0123456789";
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static JsonObject Vendor(string id = "vendor", string endpoint = "https://llm.vendor.example/v1", string model = "mock-ok") =>
        new()
        {
            ["id"] = id,
            ["protocol"] = "openai-chat",
            ["endpoint"] = endpoint,
            ["model"] = model,
            ["vendor"] = "Example Vendor SE",
            ["inferenceCountry"] = "FR",
            ["storageCountry"] = "DE",
            ["retention"] = "none",
            ["training"] = "never",
            ["contract"] = new JsonObject
            {
                ["title"] = "DPA",
                ["sha256"] = new string('a', 64),
                ["signedOn"] = "2026-09-01",
                ["verifiedUntil"] = "2026-12-31",
            },
            ["secret"] = "vendor.key",
            ["limits"] = new JsonObject { ["contextCharacters"] = 1000, ["maxOutputTokens"] = 500 },
        };

    public static JsonObject Extractive() =>
        new()
        {
            ["id"] = "extractive",
            ["protocol"] = "extractive",
            ["endpoint"] = null,
            ["model"] = "extractive",
            ["vendor"] = "Lethe",
            ["inferenceCountry"] = "DE",
            ["storageCountry"] = "DE",
            ["retention"] = "none",
            ["training"] = "never",
            ["contract"] = null,
            ["secret"] = null,
            ["limits"] = new JsonObject { ["contextCharacters"] = 5000, ["maxOutputTokens"] = 500 },
        };

    public static JsonObject Table(params JsonObject[] routes) =>
        new()
        {
            ["region"] = "eu",
            ["classes"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "eu-standard",
                    ["noticeDays"] = 30,
                    ["limits"] = new JsonObject
                    {
                        ["sessionTokens"] = 100000,
                        ["contextCharacters"] = 5000,
                        ["selectionCharacters"] = 1000,
                        ["instructionCharacters"] = 1000,
                        ["documentsPerTurn"] = 5,
                        ["maxOutputTokens"] = 400,
                    },
                    ["versions"] = new JsonArray(Version(1, "2026-01-01", "2026-01-01", [.. routes.Select(route => (string)route["id"]!)])),
                }
            ),
            ["routes"] = new JsonArray([.. routes]),
        };

    public static JsonObject Version(int version, string announced, string effective, params string[] routes) =>
        new()
        {
            ["version"] = version,
            ["announcedAt"] = announced + "T00:00:00Z",
            ["effectiveAt"] = effective + "T00:00:00Z",
            ["routes"] = new JsonArray([.. routes.Select(route => (JsonNode)route)]),
        };

    public static RouteTableFile Read(JsonObject table, bool allowLoopback = false) =>
        RouteTableFile.Read(
            Encoding.UTF8.GetBytes(table.ToJsonString()),
            "eu",
            new HashSet<string>(StringComparer.Ordinal) { "openai-chat", "extractive" },
            allowLoopback
        );

    /// <summary>A table at work, with the real protocols and a folder of keys.</summary>
    public static ModelSetup Start(TempFolder folder, ModelOptions options, params JsonObject[] routes) =>
        StartWith(folder, options, Table(routes));

    public static ModelSetup StartWith(TempFolder folder, ModelOptions options, JsonObject file)
    {
        File.WriteAllText(folder.File("vendor.key"), Secret + "\n");
        FakeTimeProvider clock = new(Now);
        ModelRouteTable? table = null;
        IOptions<ModelOptions> bound = Options.Create(options);
        Egress egress = new(options, () => table!);
        OpenAiChatProtocol openAi = new(egress, () => table!, bound, TimeProvider.System);
        table = new ModelRouteTable(
            Read(file, options.AllowLoopback),
            Region.Eu,
            [new ExtractiveProtocol(bound), openAi],
            new SecretFolder(folder.Path, clock),
            clock
        );
        return new ModelSetup(table, egress, openAi, new ModelRunner(table), clock);
    }
}

internal sealed record ModelSetup(
    ModelRouteTable Table,
    Egress Egress,
    OpenAiChatProtocol OpenAi,
    ModelRunner Runner,
    FakeTimeProvider Clock
) : IDisposable
{
    public RoutesChosen Choose(ModelAction action = ModelAction.Ask) => (RoutesChosen)Table.Choose("eu-standard", action, default, 10);

    public void Dispose() => Egress.Dispose();
}
