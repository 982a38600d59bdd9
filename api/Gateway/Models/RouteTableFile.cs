using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lethe.Gateway.Models;

/// <summary>The route table as it is written: <c>deploy/routes/{region}.json</c>. Every member is required, none may be added.</summary>
/// <param name="Region"><c>eu</c> or <c>ch</c>; must be the Gateway's own.</param>
/// <param name="Classes">The policy classes.</param>
/// <param name="Routes">The routes.</param>
internal sealed record RouteTableFile(string Region, IReadOnlyList<ClassRow> Classes, IReadOnlyList<RouteRow> Routes)
{
    /// <summary>Reads and checks a table.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="region">The Gateway's region.</param>
    /// <param name="protocols">The protocols that exist.</param>
    /// <param name="allowLoopback">Whether an endpoint may be this machine.</param>
    /// <returns>The table.</returns>
    /// <exception cref="RouteTableException">It is not a route table; one sentence says where.</exception>
    public static RouteTableFile Read(ReadOnlySpan<byte> utf8, string region, IReadOnlySet<string> protocols, bool allowLoopback)
    {
        RouteTableFile? table;
        try
        {
            table = JsonSerializer.Deserialize(utf8, RouteTableJson.Default.RouteTableFile);
        }
        catch (JsonException exception)
        {
            throw new RouteTableException(
                $"the route table is malformed at {exception.Path ?? "$"} (line {exception.LineNumber + 1}): a member is missing, unknown, repeated or of the wrong type",
                exception
            );
        }
        if (table is null)
        {
            throw new RouteTableException("the route table is empty");
        }
        RouteTableRules.Check(table, region, protocols, allowLoopback);
        return table;
    }
}

/// <summary>A policy class as written.</summary>
/// <param name="Name">Lower-case letters, digits and hyphens.</param>
/// <param name="NoticeDays">How many days a version that adds a route is announced before it takes effect.</param>
/// <param name="Limits">What a session of the class may use.</param>
/// <param name="Versions">Versions, numbered 1, 2, 3 …, in the order in which they take effect.</param>
internal sealed record ClassRow(string Name, int NoticeDays, ClassLimits Limits, IReadOnlyList<ClassVersion> Versions);

/// <summary>One version of a class.</summary>
/// <param name="Version">Its number.</param>
/// <param name="AnnouncedAt">When firms were told.</param>
/// <param name="EffectiveAt">From when on it holds.</param>
/// <param name="Routes">Ids of routes, in the order in which they are tried.</param>
internal sealed record ClassVersion(int Version, DateTimeOffset AnnouncedAt, DateTimeOffset EffectiveAt, IReadOnlyList<string> Routes);

/// <summary>A route as written.</summary>
/// <param name="Id">Lower-case letters, digits, dots and hyphens.</param>
/// <param name="Protocol">How to talk to it.</param>
/// <param name="Endpoint">Base address; null for an embedded model.</param>
/// <param name="Model">The vendor's name of the model.</param>
/// <param name="Vendor">Who runs it.</param>
/// <param name="InferenceCountry">Where it runs.</param>
/// <param name="StorageCountry">Where stored data would be.</param>
/// <param name="Retention">What the vendor keeps; open only when <c>none</c>.</param>
/// <param name="Training">Whether the vendor trains; open only when <c>never</c>.</param>
/// <param name="Contract">What binds the vendor; null for an embedded model.</param>
/// <param name="Secret">A name in the secrets folder; null for an embedded model.</param>
/// <param name="Limits">The route's limits.</param>
internal sealed record RouteRow(
    string Id,
    string Protocol,
    Uri? Endpoint,
    string Model,
    string Vendor,
    string InferenceCountry,
    string StorageCountry,
    string Retention,
    string Training,
    ContractRow? Contract,
    string? Secret,
    RouteLimits Limits
)
{
    /// <summary>Gets the name under which users choose the model; by default <see cref="Model"/>. The one optional member.</summary>
    public string? OfferedAs { get; init; }
}

/// <summary>The contract that a route rests on.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Sha256">SHA-256 of the signed document, 64 lower-case hex digits.</param>
/// <param name="SignedOn">When it was signed.</param>
/// <param name="VerifiedUntil">The last day (UTC) for which somebody checked that it still says what we rely on.</param>
internal sealed record ContractRow(string Title, string Sha256, DateOnly SignedOn, DateOnly VerifiedUntil);

/// <summary>The route table cannot be used. The message is one sentence for the operator.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Roslynator", "RCS1194", Justification = "Always with a sentence for the operator.")]
public sealed class RouteTableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="inner">What was found.</param>
    public RouteTableException(string message, Exception? inner = null)
        : base(message, inner) { }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(RouteTableFile))]
internal sealed partial class RouteTableJson : JsonSerializerContext;
