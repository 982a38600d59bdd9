using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lethe.ClusterTests.Cells;
using Lethe.Control.Identity;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Lethe.ClusterTests.Identity;

/// <summary>
/// Nobody is ever asked for a password but by the account pages' own forms: no request and no answer of any other route has a
/// member, a parameter or a header that is named like one.
/// </summary>
[Collection(TwoCellsSuite.Name)]
public sealed partial class NoPasswordTests(TwoCells cells)
{
    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Theory]
    [InlineData("password")]
    [InlineData("newPassword")]
    [InlineData("password_hash")]
    [InlineData("Passwort")]
    [InlineData("passphrase")]
    [InlineData("kennwort")]
    [InlineData("motDePasse")]
    [InlineData("userPwd")]
    [InlineData("PIN")]
    [InlineData("recoveryCode")]
    public void Name_LikeAPasswords_IsFound(string name) => Assert.Matches(Password(), name);

    [Theory]
    [InlineData("passkeys")]
    [InlineData("passedAt")]
    [InlineData("resetMail")]
    [InlineData("pinned")]
    public void Name_OfSomethingElse_IsNot(string name) => Assert.DoesNotMatch(Password(), name);

    [Fact]
    public async Task OpenApi_NamesNoPassword()
    {
        JsonElement document = await cells.Eu.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
        List<string> names = [];
        Collect(document, names);
        Assert.Contains("email", names); // the walk sees what requests have
        Assert.Contains("tokensUsableUntil", names);
        Assert.Empty(names.Where(name => Password().IsMatch(name)).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryRoutesTypes_NameNoPassword()
    {
        List<string> found = [];
        HashSet<Type> seen = [];
        int parameters = 0;
        foreach (RouteEndpoint route in cells.Eu.Routes.OfType<RouteEndpoint>().Where(route => !IsAForm(route)))
        {
            string place = RoleMatrix.PatternOf(route);
            foreach (ParameterInfo parameter in route.Metadata.OfType<MethodInfo>().SelectMany(handler => handler.GetParameters()))
            {
                parameters++;
                Check(parameter.Name!, place);
                Look(parameter.ParameterType, place);
            }
            foreach (Type type in route.Metadata.OfType<IAcceptsMetadata>().Select(accepts => accepts.RequestType).OfType<Type>())
            {
                Look(type, place);
            }
            foreach (Type type in route.Metadata.OfType<IProducesResponseTypeMetadata>().Select(produces => produces.Type).OfType<Type>())
            {
                Look(type, place);
            }
            foreach (string name in route.RoutePattern.Parameters.Select(part => part.Name))
            {
                Check(name, place);
            }
        }
        Assert.True(parameters > 100, $"{parameters} parameters");
        Assert.Contains(seen, type => type.Name == "InviteMemberRequest");
        Assert.Contains(seen, type => type.Name == "MemberResponse");
        Assert.Empty(found);

        void Check(string name, string place)
        {
            if (Password().IsMatch(name))
            {
                found.Add($"{place}: {name}");
            }
        }

        // Messages only: what a handler gets from the host is no schema.
        void Look(Type type, string place)
        {
            if (type.IsGenericType)
            {
                Array.ForEach(type.GetGenericArguments(), argument => Look(argument, place));
            }
            if (
                type.Assembly != typeof(RoleMatrix).Assembly
                || !(type.IsValueType || type.GetMethod("<Clone>$") is not null)
                || !seen.Add(type)
            )
            {
                return;
            }
            foreach (PropertyInfo member in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
            {
                Check(member.Name, $"{place} {type.Name}");
                Look(member.PropertyType, place);
            }
        }
    }

    // The forms of /account are for the account's owner alone; what OpenID Connect takes is OAuth's, which has no such grant here.
    private static bool IsAForm(RouteEndpoint route) =>
        RoleMatrix.PatternOf(route) is var pattern
        && (pattern.StartsWith("/account", StringComparison.Ordinal) || pattern.StartsWith("/connect", StringComparison.Ordinal));

    private static void Collect(JsonElement element, List<string> names)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                names.Add(member.Name);
                if (member.Name == "name" && member.Value.ValueKind == JsonValueKind.String)
                {
                    names.Add(member.Value.GetString()!); // of a parameter
                }
                Collect(member.Value, names);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Collect(item, names);
            }
        }
    }

    [GeneratedRegex(
        "pass.?(wor|phrase|code)|kenn?wort|mot.?de.?passe|parola|pwd|(^|_)pin$|recovery.?code",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Password();
}
