using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Lethe.PrivacyPass;

/// <summary>One key of an issuer directory. <c>policy-class</c> is our extension of RFC 9578 §4.</summary>
/// <param name="Key">The key.</param>
/// <param name="NotBefore">When the key begins to issue; whole seconds.</param>
/// <param name="PolicyClass">Which policy class its tokens stand for: 1 to 64 of <c>a-z 0-9 -</c>.</param>
public sealed record IssuerDirectoryKey(TokenKey Key, DateTimeOffset NotBefore, string PolicyClass);

/// <summary>An issuer's public keys (RFC 9578 §4), preferred key of each class first.</summary>
public sealed class IssuerDirectory
{
    /// <summary>The longest directory that is read.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>The most keys that are read.</summary>
    public const int MaxKeys = 128;

    private const int MaxUriLength = 1024;
    private const long LastUnixSecond = 253402300799; // the year 9999

    /// <summary>Makes a directory.</summary>
    /// <param name="issuerRequestUri">Where requests go, absolute or relative to the directory.</param>
    /// <param name="keys">The keys: each once, at most <see cref="MaxKeys"/>.</param>
    public IssuerDirectory(string issuerRequestUri, IReadOnlyList<IssuerDirectoryKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!IsUri(issuerRequestUri))
        {
            throw new ArgumentException("No usable request URI.", nameof(issuerRequestUri));
        }
        if (!AreDistinct(keys) || keys.Any(entry => !IsPolicyClass(entry.PolicyClass)))
        {
            throw new ArgumentException("A directory has up to 128 different keys, each with a policy class.", nameof(keys));
        }
        IssuerRequestUri = issuerRequestUri;
        Keys = keys;
    }

    /// <summary>Gets where requests go, absolute or relative to the directory.</summary>
    public string IssuerRequestUri { get; }

    /// <summary>Gets the keys in the issuer's order.</summary>
    public IReadOnlyList<IssuerDirectoryKey> Keys { get; }

    /// <summary>Finds a key by its whole id.</summary>
    /// <param name="keyId">32 bytes.</param>
    /// <returns>The entry, or null.</returns>
    public IssuerDirectoryKey? Find(ReadOnlySpan<byte> keyId)
    {
        foreach (IssuerDirectoryKey entry in Keys)
        {
            if (entry.Key.Id.Span.SequenceEqual(keyId))
            {
                return entry;
            }
        }
        return null;
    }

    /// <summary>Finds the key that a client should use now: of the class, already begun, the latest of these.</summary>
    /// <param name="policyClass">The class.</param>
    /// <param name="now">The time.</param>
    /// <returns>The entry, or null when the class has no key that has begun.</returns>
    public IssuerDirectoryKey? Current(string policyClass, DateTimeOffset now) =>
        Keys.Where(entry => entry.PolicyClass == policyClass && entry.NotBefore <= now).MaxBy(entry => entry.NotBefore);

    /// <summary>Writes the directory. The same directory always gives the same bytes.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("issuer-request-uri", IssuerRequestUri);
            json.WriteStartArray("token-keys");
            foreach (IssuerDirectoryKey entry in Keys)
            {
                json.WriteStartObject();
                json.WriteNumber("token-type", BlindRsaToken.Type);
                json.WriteString("token-key", PaddedBase64Url.Encode(entry.Key.Spki.Span));
                json.WriteNumber("not-before", entry.NotBefore.ToUnixTimeSeconds());
                json.WriteString("policy-class", entry.PolicyClass);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>
    /// Reads a directory. Keys of other token types are passed over, as RFC 9578 asks; anything malformed, doubled or too
    /// large refuses the whole.
    /// </summary>
    /// <param name="source">UTF-8 JSON, up to <see cref="MaxBytes"/>.</param>
    /// <param name="directory">The directory, when true; its keys are the caller's to dispose.</param>
    /// <returns>Whether the bytes are a directory.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> source, [NotNullWhen(true)] out IssuerDirectory? directory)
    {
        directory = null;
        if (source.Length > MaxBytes)
        {
            return false;
        }
        try
        {
            using var document = JsonDocument.Parse(source, new() { MaxDepth = 8, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || !TryGetText(root, "issuer-request-uri", out string? uri)
                || !IsUri(uri)
                || !root.TryGetProperty("token-keys", out JsonElement list)
                || list.ValueKind != JsonValueKind.Array
                || list.GetArrayLength() > MaxKeys
            )
            {
                return false;
            }
            directory = TryReadKeys(list, out List<IssuerDirectoryKey> keys) && AreDistinct(keys) ? new(uri, keys) : null;
            if (directory is null)
            {
                keys.ForEach(entry => entry.Key.Dispose());
            }
            return directory is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryReadKeys(JsonElement list, out List<IssuerDirectoryKey> keys)
    {
        keys = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (
                item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("token-type", out JsonElement type)
                || type.ValueKind != JsonValueKind.Number
                || !type.TryGetInt32(out int tokenType)
            )
            {
                return false;
            }
            if (tokenType != BlindRsaToken.Type)
            {
                continue;
            }
            if (
                !TryGetNotBefore(item, out DateTimeOffset notBefore)
                || !TryGetText(item, "policy-class", out string? policyClass)
                || !IsPolicyClass(policyClass)
                || !TryGetText(item, "token-key", out string? text)
                || !PaddedBase64Url.TryDecode(text, 1024, out byte[]? spki)
                || !TokenKey.TryParse(spki, out TokenKey? key)
            )
            {
                return false;
            }
            keys.Add(new(key, notBefore, policyClass));
        }
        return true;
    }

    private static bool TryGetText(JsonElement parent, string name, [NotNullWhen(true)] out string? text)
    {
        text = parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    // RFC 9578 lets an issuer leave it out; the key has then begun already.
    private static bool TryGetNotBefore(JsonElement item, out DateTimeOffset notBefore)
    {
        notBefore = DateTimeOffset.UnixEpoch;
        if (!item.TryGetProperty("not-before", out JsonElement value))
        {
            return true;
        }
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long seconds) || seconds is < 0 or > LastUnixSecond)
        {
            return false;
        }
        notBefore = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    private static bool AreDistinct(IReadOnlyList<IssuerDirectoryKey> keys) =>
        keys.Count <= MaxKeys
        && keys.Select(entry => Convert.ToHexString(entry.Key.Id.Span)).Distinct(StringComparer.Ordinal).Count() == keys.Count;

    private static bool IsUri([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxUriLength }
        && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? uri)
        && (text[0] == '/' || (uri.IsAbsoluteUri && uri.Scheme == Uri.UriSchemeHttps));

    private static bool IsPolicyClass([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 64 }
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}
