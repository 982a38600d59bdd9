using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Lethe.Control.Console.Assets;

/// <summary>
/// Our styles, scripts and marks, from the assembly. Their address carries a hash of their content: whatever is at an
/// address never changes, and may be kept for ever.
/// </summary>
internal static class PageAssets
{
    private const string Prefix = "Lethe.Control.Console.Assets.";

    private static readonly FrozenDictionary<string, Asset> ByName = typeof(PageAssets)
        .Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => new Asset(name[Prefix.Length..], Read(name)))
        .ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>Gets all of them.</summary>
    public static IEnumerable<Asset> All => ByName.Values;

    /// <summary>Gets the address of an asset.</summary>
    /// <param name="name">Its file name.</param>
    /// <returns>A path on this host.</returns>
    public static string PathOf(string name) => ByName[name].Path;

    /// <summary>Maps the assets, for everybody.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapPageAssets(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/assets/{hash}/{name}", Answer).AllowAnonymous().ExcludeFromDescription();

    private static IResult Answer(string hash, string name, HttpContext context)
    {
        if (!ByName.TryGetValue(name, out Asset? asset) || asset.Hash != hash)
        {
            return Problems.NotFound;
        }
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return TypedResults.Bytes(asset.Content, asset.MediaType);
    }

    private static byte[] Read(string resource)
    {
        using Stream stream = typeof(PageAssets).Assembly.GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}

/// <summary>One asset.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record Asset(string Name, byte[] Content)
{
    /// <summary>Gets the first 96 bits of its SHA-256, as hex digits.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 12));

    /// <summary>Gets its address.</summary>
    public string Path => $"/assets/{Hash}/{Name}";

    /// <summary>Gets its media type.</summary>
    public string MediaType =>
        System.IO.Path.GetExtension(Name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => throw new InvalidOperationException("An asset of an unknown kind."),
        };
}
