using System.Buffers;
using Lethe.Contracts;

namespace Lethe.Gateway.Models;

/// <summary>What makes a route table unusable as a whole. What merely closes a route is in <see cref="RouteState"/>.</summary>
internal static class RouteTableRules
{
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Checks a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="region">The Gateway's region.</param>
    /// <param name="protocols">The protocols that exist.</param>
    /// <param name="allowLoopback">Whether an endpoint may be this machine.</param>
    /// <exception cref="RouteTableException">It cannot be used.</exception>
    public static void Check(RouteTableFile table, string region, IReadOnlySet<string> protocols, bool allowLoopback)
    {
        Require(RegionNames.TryParse(table.Region, out _), "the route table's region is neither eu nor ch");
        Require(string.Equals(table.Region, region, StringComparison.Ordinal), "the route table is another region's");
        Require(table.Classes.Count > 0, "the route table has no class");
        Dictionary<string, RouteRow> routes = new(StringComparer.Ordinal);
        for (int i = 0; i < table.Routes.Count; i++)
        {
            CheckRoute(table.Routes[i], $"routes[{i}]", protocols, allowLoopback);
            Require(routes.TryAdd(table.Routes[i].Id, table.Routes[i]), $"routes[{i}] repeats an id");
        }
        HashSet<string> classes = new(StringComparer.Ordinal);
        for (int i = 0; i < table.Classes.Count; i++)
        {
            CheckClass(table.Classes[i], $"classes[{i}]", routes);
            Require(classes.Add(table.Classes[i].Name), $"classes[{i}] repeats a name");
        }
    }

    /// <summary>Tells whether a text may name a secret, route or class: no path can be made of it.</summary>
    /// <param name="name">The text.</param>
    /// <returns>Whether it may.</returns>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 64
        && !name.AsSpan().ContainsAnyExcept(NameLetters)
        && char.IsAsciiLetterOrDigit(name[0])
        && !name.Contains("..", StringComparison.Ordinal);

    private static void CheckRoute(RouteRow row, string where, IReadOnlySet<string> protocols, bool allowLoopback)
    {
        Require(IsName(row.Id), $"{where}.id is no name (lower-case letters, digits, dots, hyphens)");
        Require(
            protocols.Contains(row.Protocol),
            $"{where}.protocol is not one of {string.Join(", ", protocols.Order(StringComparer.Ordinal))}"
        );
        Require(IsText(row.Model, 128) && row.Model.AsSpan().IndexOfAny('"', '\\') < 0, $"{where}.model is no model name");
        Require(row.OfferedAs is null || IsName(row.OfferedAs), $"{where}.offeredAs is no name");
        Require(IsText(row.Vendor, 100), $"{where}.vendor is missing");
        Require(row.Limits.ContextCharacters > 0 && row.Limits.MaxOutputTokens > 0, $"{where}.limits must be above 0");
        if (string.Equals(row.Protocol, Extractive.ExtractiveProtocol.ProtocolName, StringComparison.Ordinal))
        {
            Require(
                row.Endpoint is null && row.Secret is null && row.Contract is null,
                $"{where} is embedded and has neither endpoint, secret nor contract"
            );
            return;
        }
        Require(
            row.Endpoint is not null && IsEndpoint(row.Endpoint, allowLoopback),
            $"{where}.endpoint is no https address without user, query and fragment"
        );
        Require(row.Secret is not null && IsName(row.Secret), $"{where}.secret is no name");
        if (row.Contract is { } contract)
        {
            Require(IsText(contract.Title, 200), $"{where}.contract.title is missing");
            Require(
                contract.Sha256.Length == 64 && !contract.Sha256.AsSpan().ContainsAnyExcept(HexDigits),
                $"{where}.contract.sha256 is not 64 lower-case hex digits"
            );
        }
    }

    private static void CheckClass(ClassRow row, string where, Dictionary<string, RouteRow> routes)
    {
        Require(IsName(row.Name), $"{where}.name is no name (lower-case letters, digits, dots, hyphens)");
        Require(row.NoticeDays is >= 0 and <= 365, $"{where}.noticeDays is not 0 to 365");
        Require(
            row.Limits
                is {
                    SessionTokens: > 0,
                    ContextCharacters: > 0,
                    SelectionCharacters: > 0,
                    InstructionCharacters: > 0,
                    DocumentsPerTurn: > 0,
                    MaxOutputTokens: > 0
                },
            $"{where}.limits must be above 0"
        );
        Require(row.Versions.Count > 0, $"{where} has no version");
        for (int i = 0; i < row.Versions.Count; i++)
        {
            ClassVersion version = row.Versions[i];
            ClassVersion? before = i > 0 ? row.Versions[i - 1] : null;
            string at = $"{where}.versions[{i}]";
            Require(version.Version == i + 1, $"{at}.version is not {i + 1}");
            Require(version.AnnouncedAt <= version.EffectiveAt, $"{at} takes effect before it is announced");
            Require(before is null || before.EffectiveAt < version.EffectiveAt, $"{at} does not take effect after the version before it");
            Require(version.Routes.All(routes.ContainsKey), $"{at}.routes names a route that is not in the table");
            Require(version.Routes.Distinct(StringComparer.Ordinal).Count() == version.Routes.Count, $"{at}.routes names a route twice");
            bool adds = before is not null && version.Routes.Except(before.Routes, StringComparer.Ordinal).Any();
            Require(
                !adds || version.EffectiveAt - version.AnnouncedAt >= TimeSpan.FromDays(row.NoticeDays),
                $"{at} adds a route before the notice period of {row.NoticeDays} days is over"
            );
        }
    }

    private static bool IsEndpoint(Uri endpoint, bool allowLoopback) =>
        endpoint.IsAbsoluteUri
        && endpoint.Query.Length == 0
        && endpoint.Fragment.Length == 0
        && endpoint.UserInfo.Length == 0
        && (
            string.Equals(endpoint.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal)
            || (allowLoopback && endpoint.IsLoopback && string.Equals(endpoint.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal))
        );

    private static bool IsText(string text, int longest) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= longest && !text.Any(char.IsControl);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RouteTableException(otherwise);
        }
    }
}
