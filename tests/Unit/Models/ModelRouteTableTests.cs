using System.Text;
using System.Text.Json.Nodes;
using Lethe.Gateway.Models;
using Lethe.TestKit;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Models;

public sealed class ModelRouteTableTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("inferenceCountry", "CH")]
    [InlineData("inferenceCountry", "GB")]
    [InlineData("inferenceCountry", "US")]
    [InlineData("inferenceCountry", "fr")]
    [InlineData("inferenceCountry", "")]
    [InlineData("storageCountry", "US")]
    [InlineData("retention", "30 days")]
    [InlineData("retention", "None")]
    [InlineData("training", "opt-out")]
    [InlineData("contract", null)]
    [InlineData("contract.signedOn", "2026-11-24")]
    [InlineData("contract.verifiedUntil", "2026-11-22")]
    [InlineData("secret", "missing.key")]
    [InlineData("secret", "empty.key")]
    [InlineData("secret", "binary.key")]
    public void Choose_RowNotInOrder_IsClosed(string member, string? value)
    {
        File.WriteAllText(folder.File("empty.key"), " \n");
        File.WriteAllText(folder.File("binary.key"), "sk-\u00fc\u0001");
        JsonObject vendor = RouteFiles.Vendor();
        JsonObject owner = member.StartsWith("contract.", StringComparison.Ordinal) ? vendor["contract"]!.AsObject() : vendor;
        owner[member[(member.IndexOf('.') + 1)..]] = value;
        using ModelSetup models = RouteFiles.Start(folder, new ModelOptions(), vendor);

        Assert.Equal(new RouteRefused(RouteRefusal.NoCompliantRoute), models.Table.Choose("eu-standard", ModelAction.Ask, default, 10));
        Assert.Empty(models.Table.FindClass("eu-standard")!.Models);
        Assert.False(models.Table.IsOpenEndpoint("llm.vendor.example", 443));
    }

    [Fact]
    public void Choose_RowInOrder_IsOpenUntilItsContractIsStale()
    {
        using ModelSetup models = RouteFiles.Start(folder, new ModelOptions(), RouteFiles.Vendor());
        ModelRoute route = models.Choose().First;
        Assert.True(models.Table.IsOpen(route));
        Assert.True(models.Table.IsOpenEndpoint("llm.vendor.example", 443));
        Assert.False(models.Table.IsOpenEndpoint("llm.vendor.example", 8443));
        Assert.False(models.Table.IsOpenEndpoint("vendor.example", 443));

        models.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.Zero));
        Assert.True(models.Table.IsOpen(route));
        models.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False(models.Table.IsOpen(route));
        Assert.False(models.Table.IsOpenEndpoint("llm.vendor.example", 443));
        Assert.IsType<RouteRefused>(models.Table.Choose("eu-standard", ModelAction.Ask, default, 10));
    }

    [Fact]
    public void IsOpen_SecretRemoved_ClosesWithinSeconds()
    {
        using ModelSetup models = RouteFiles.Start(folder, new ModelOptions(), RouteFiles.Vendor());
        ModelRoute route = models.Choose().First;
        File.Delete(folder.File("vendor.key"));
        models.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(models.Table.IsOpen(route));
    }

    [Fact]
    public void Choose_NewVersion_HoldsFromItsDay()
    {
        JsonObject file = RouteFiles.Table(RouteFiles.Extractive(), RouteFiles.Vendor());
        file["classes"]![0]!["versions"] = new JsonArray(
            RouteFiles.Version(1, "2026-01-01", "2026-01-01", "extractive"),
            RouteFiles.Version(2, "2026-11-01", "2026-12-01", "vendor", "extractive")
        );
        using ModelSetup models = RouteFiles.StartWith(folder, new ModelOptions(), file);

        Assert.Equal(
            new RouteRefused(RouteRefusal.ActionNotSupported),
            models.Table.Choose("eu-standard", ModelAction.Translate, default, 10)
        );
        Assert.False(models.Table.IsOpenEndpoint("llm.vendor.example", 443)); // not announced long enough: nothing may even connect
        models.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal("vendor", models.Choose(ModelAction.Translate).First.Id);
        Assert.Equal(2, models.Table.FindClass("eu-standard")!.Version);
    }

    [Fact]
    public void Choose_ByNameActionAndSize_TellsWhyNot()
    {
        JsonObject other = RouteFiles.Vendor("other", "https://other.example/v1");
        using ModelSetup models = RouteFiles.Start(folder, new ModelOptions(), RouteFiles.Extractive(), RouteFiles.Vendor(), other);
        RouteChoice Ask(string model, ModelAction action = ModelAction.Ask, long size = 10) =>
            models.Table.Choose("eu-standard", action, Encoding.UTF8.GetBytes(model), size);

        Assert.Equal(["extractive"], Assert.IsType<RoutesChosen>(Ask("")).Routes.Select(route => route.Id)); // embedded stands alone
        Assert.Equal(["vendor", "other"], Assert.IsType<RoutesChosen>(Ask("mock-ok")).Routes.Select(route => route.Id));
        Assert.Equal(["other"], Assert.IsType<RoutesChosen>(Ask("other")).Routes.Select(route => route.Id));
        Assert.Equal(["vendor", "other"], Assert.IsType<RoutesChosen>(Ask("", ModelAction.Rewrite)).Routes.Select(route => route.Id));
        Assert.Equal(new RouteRefused(RouteRefusal.ModelNotFound), Ask("gpt"));
        Assert.Equal(new RouteRefused(RouteRefusal.ActionNotSupported), Ask("extractive", ModelAction.Translate));
        Assert.Equal(new RouteRefused(RouteRefusal.ContextTooLarge, 1000), Ask("mock-ok", size: 1001));
        Assert.Equal(new RouteRefused(RouteRefusal.NoCompliantRoute), models.Table.Choose("ch-standard", ModelAction.Ask, default, 10));
    }

    [Theory]
    [InlineData("$", "extra", "1")]
    [InlineData("$", "region", "\"ch\"")]
    [InlineData("$", "region", "\"us\"")]
    [InlineData("$", "routes", "null")]
    [InlineData("$", "classes", "[]")]
    [InlineData("route", "note", "\"hello\"")]
    [InlineData("route", "retention", "null")]
    [InlineData("route", "retention", "false")]
    [InlineData("route", "id", "\"Ä\"")]
    [InlineData("route", "protocol", "\"smtp\"")]
    [InlineData("route", "endpoint", "\"http://llm.vendor.example/v1\"")]
    [InlineData("route", "endpoint", "\"https://user@llm.vendor.example/v1\"")]
    [InlineData("route", "endpoint", "\"https://llm.vendor.example/v1?key=1\"")]
    [InlineData("route", "endpoint", "null")]
    [InlineData("route", "secret", "\"../key\"")]
    [InlineData("route", "secret", "null")]
    [InlineData("route", "limits", "{\"contextCharacters\":0,\"maxOutputTokens\":1}")]
    [InlineData("contract", "sha256", "\"abc\"")]
    [InlineData("contract", "verifiedUntil", "\"soon\"")]
    [InlineData("class", "name", "\"EU\"")]
    [InlineData("class", "versions", "[]")]
    [InlineData("version", "routes", "[\"nobody\"]")]
    [InlineData("version", "routes", "[\"vendor\",\"vendor\"]")]
    [InlineData("version", "version", "2")]
    [InlineData("version", "announcedAt", "\"2026-02-01T00:00:00Z\"")]
    public void Read_Malformed_StopsWithOneSentence(string where, string member, string json)
    {
        JsonObject file = RouteFiles.Table(RouteFiles.Vendor());
        JsonObject owner = where switch
        {
            "route" => file["routes"]![0]!.AsObject(),
            "contract" => file["routes"]![0]!["contract"]!.AsObject(),
            "class" => file["classes"]![0]!.AsObject(),
            "version" => file["classes"]![0]!["versions"]![0]!.AsObject(),
            _ => file,
        };
        owner[member] = JsonNode.Parse(json);
        RouteTableException fault = Assert.Throws<RouteTableException>(() => RouteFiles.Read(file));
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void Read_RouteAddedWithoutNotice_Stops()
    {
        JsonObject file = RouteFiles.Table(RouteFiles.Extractive(), RouteFiles.Vendor());
        file["classes"]![0]!["versions"] = new JsonArray(
            RouteFiles.Version(1, "2026-01-01", "2026-01-01", "extractive"),
            RouteFiles.Version(2, "2026-11-02", "2026-12-01", "vendor", "extractive")
        );
        Assert.Contains("notice", Assert.Throws<RouteTableException>(() => RouteFiles.Read(file)).Message, StringComparison.Ordinal);
        file["classes"]![0]!["versions"] = new JsonArray(
            RouteFiles.Version(1, "2026-01-01", "2026-01-01", "vendor", "extractive"),
            RouteFiles.Version(2, "2026-12-01", "2026-12-01", "extractive") // taking away needs none
        );
        RouteFiles.Read(file);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"region":"eu","region":"eu","classes":[],"routes":[]}""")]
    public void Read_NoTable_Stops(string json) =>
        Assert.Throws<RouteTableException>(() =>
            RouteTableFile.Read(Encoding.UTF8.GetBytes(json), "eu", new HashSet<string>(StringComparer.Ordinal), false)
        );

    [Theory]
    [InlineData("eu")]
    [InlineData("ch")]
    public void Read_ShippedTable_HasTheEmbeddedRouteOnly(string region)
    {
        string file = Path.Combine(RepositoryFolder.Root, "deploy", "routes", region + ".json");
        RouteTableFile table = RouteTableFile.Read(
            File.ReadAllBytes(file),
            region,
            new HashSet<string>(StringComparer.Ordinal) { "extractive" },
            false
        );
        Assert.Equal("extractive", Assert.Single(table.Routes).Protocol);
        Assert.Equal(region + "-standard", Assert.Single(table.Classes).Name);
    }
}
