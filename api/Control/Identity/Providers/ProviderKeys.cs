using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity.Providers;

/// <summary>The public keys of tenants' issuers, from their discovery documents. Fetched anew within bounds when a key is unknown or the keys are old.</summary>
/// <param name="http">Fetches.</param>
/// <param name="options">The bounds.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProviderKeys(ProviderHttp http, IOptions<ProviderOptions> options, TimeProvider clock)
{
    private const int MostKeys = 64;
    private const int SmallestRsaBits = 2048;
    private const int MostIssuers = 4096; // more than tenants of a cell: those tried in vain make room
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Finds the keys that may have signed a token.</summary>
    /// <param name="issuer">An issuer of a tenant, or one that a tenant wants.</param>
    /// <param name="keyId">The token's key id; null is no key's.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The keys; none when the issuer has no such key, or cannot be asked.</returns>
    public async Task<IReadOnlyList<SecurityKey>> FindAsync(string issuer, string? keyId, CancellationToken cancellationToken)
    {
        if (keyId is null)
        {
            return [];
        }
        if (entries.Count > MostIssuers)
        {
            entries.Clear();
        }
        Entry entry = entries.GetOrAdd(issuer, static _ => new());
        DateTimeOffset now = clock.GetUtcNow();
        if (entry.Find(keyId) is { Count: > 0 } fresh && now - entry.FetchedAt < options.Value.KeysFresh)
        {
            return fresh;
        }
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            now = clock.GetUtcNow();
            bool known = entry.Find(keyId).Count > 0 && now - entry.FetchedAt < options.Value.KeysFresh;
            if (!known && now - entry.TriedAt >= options.Value.FetchAgainAfter)
            {
                entry.TriedAt = now;
                if (await FetchAsync(issuer, cancellationToken) is { } keys)
                {
                    (entry.Keys, entry.FetchedAt) = (keys, now);
                }
            }
            return now - entry.FetchedAt < options.Value.KeysKept ? entry.Find(keyId) : [];
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private async Task<IReadOnlyList<JsonWebKey>?> FetchAsync(string issuer, CancellationToken cancellationToken)
    {
        if (
            !ProviderHttp.IsUrl(issuer, out _)
            || await http.FindAsync(new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration"), cancellationToken)
                is not { } document
            || KeysUrlOf(document, issuer) is not { } url
            || await http.FindAsync(url, cancellationToken) is not { } set
        )
        {
            return null;
        }
        try
        {
            JsonWebKeySet parsed = new(System.Text.Encoding.UTF8.GetString(set)) { SkipUnresolvedJsonWebKeys = true };
            return parsed.Keys.Count <= MostKeys ? [.. parsed.Keys.Where(IsUsable)] : null;
        }
        catch (ArgumentException)
        {
            return null; // no key set
        }
    }

    // A document that names another issuer is not this issuer's.
    private static Uri? KeysUrlOf(byte[] document, string issuer)
    {
        try
        {
            using var json = JsonDocument.Parse(document, new() { MaxDepth = 16 });
            JsonElement root = json.RootElement;
            return
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("issuer", out JsonElement name)
                && name.ValueKind == JsonValueKind.String
                && name.GetString() == issuer
                && root.TryGetProperty("jwks_uri", out JsonElement keys)
                && keys.ValueKind == JsonValueKind.String
                && Uri.TryCreate(keys.GetString(), UriKind.Absolute, out Uri? url)
                && url.Scheme == Uri.UriSchemeHttps
                && url.UserInfo.Length == 0
                ? url
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Public keys of the algorithms that are accepted. A symmetric key in a public place is no key.
    private static bool IsUsable(JsonWebKey key) =>
        key.Kid is not null
        && key.Use != "enc"
        && (
            key is { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256 }
            || (key.Kty == JsonWebAlgorithmsKeyTypes.RSA && key.KeySize >= SmallestRsaBits)
        );

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public IReadOnlyList<JsonWebKey> Keys { get; set; } = [];

        public DateTimeOffset FetchedAt { get; set; } = DateTimeOffset.MinValue;

        public DateTimeOffset TriedAt { get; set; } = DateTimeOffset.MinValue;

        public IReadOnlyList<JsonWebKey> Find(string keyId) => [.. Keys.Where(key => key.Kid == keyId)];
    }
}
