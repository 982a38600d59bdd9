using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lethe.PrivacyPass;

/// <summary>The HTTP authentication scheme <c>PrivateToken</c> (RFC 9577 §2).</summary>
public static class PrivateTokenHeader
{
    /// <summary>The scheme's name.</summary>
    public const string Scheme = "PrivateToken";

    /// <summary>The longest header value that is read.</summary>
    public const int MaxLength = 2048;

    /// <summary>Writes the value of an <c>Authorization</c> header.</summary>
    /// <param name="token">The token to redeem.</param>
    /// <returns>The value, with the token quoted and padded.</returns>
    public static string FormatAuthorization(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return $"{Scheme} token=\"{PaddedBase64Url.Encode(token.Bytes.Span)}\"";
    }

    /// <summary>Writes the value of a <c>WWW-Authenticate</c> header.</summary>
    /// <param name="challenge">The challenge.</param>
    /// <param name="key">The key that a client should ask for.</param>
    /// <param name="maxAge">How long the challenge may be kept; whole seconds.</param>
    /// <returns>The value.</returns>
    public static string FormatChallenge(TokenChallenge challenge, TokenKey key, TimeSpan maxAge)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        ArgumentNullException.ThrowIfNull(key);
        string seconds = ((long)maxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string challengeText = PaddedBase64Url.Encode(challenge.Bytes.Span);
        return $"{Scheme} challenge=\"{challengeText}\", token-key=\"{PaddedBase64Url.Encode(key.Spki.Span)}\", max-age={seconds}";
    }

    /// <summary>Says whether a header value uses this scheme, well-formed or not.</summary>
    /// <param name="authorization">The value.</param>
    /// <returns>Whether it begins with the scheme's name.</returns>
    public static bool IsScheme(ReadOnlySpan<char> authorization) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && (authorization.Length == Scheme.Length || authorization[Scheme.Length] == ' ');

    /// <summary>
    /// Reads the value of an <c>Authorization</c> header: the token quoted or not, padded or not; other parameters are passed over.
    /// </summary>
    /// <param name="authorization">The value.</param>
    /// <param name="token">The token, not yet verified, when true.</param>
    /// <returns>Whether the value carries exactly one well-formed token.</returns>
    public static bool TryParseAuthorization(ReadOnlySpan<char> authorization, [NotNullWhen(true)] out Token? token)
    {
        token = null;
        if (authorization.Length > MaxLength || !IsScheme(authorization))
        {
            return false;
        }
        ReadOnlySpan<char> rest = authorization[Scheme.Length..].Trim(" \t");
        ReadOnlySpan<char> found = default;
        while (!rest.IsEmpty)
        {
            if (!TryTakeParameter(ref rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value))
            {
                return false;
            }
            if (name.Equals("token", StringComparison.OrdinalIgnoreCase))
            {
                if (!found.IsEmpty)
                {
                    return false;
                }
                found = value;
            }
        }
        return !found.IsEmpty
            && PaddedBase64Url.TryDecode(found, BlindRsaToken.TokenBytes, out byte[]? bytes)
            && Token.TryParse(bytes, out token);
    }

    // name BWS "=" BWS ( token68 / quoted-string ), then the end or a comma.
    private static bool TryTakeParameter(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        name = value = default;
        int equals = rest.IndexOf('=');
        if (equals <= 0)
        {
            return false;
        }
        name = rest[..equals].TrimEnd(" \t");
        rest = rest[(equals + 1)..].TrimStart(" \t");
        if (name.IsEmpty || name.ContainsAny(",\" \t") || rest.IsEmpty)
        {
            return false;
        }
        int end = rest[0] == '"' ? EndOfQuoted(rest) : rest.IndexOfAny(", \t");
        if (rest[0] == '"' && end < 0)
        {
            return false;
        }
        end = end < 0 ? rest.Length : end;
        value = rest[0] == '"' ? rest[1..(end - 1)] : rest[..end];
        rest = rest[end..].TrimStart(" \t");
        if (rest.IsEmpty)
        {
            return !value.IsEmpty;
        }
        if (rest[0] != ',')
        {
            return false;
        }
        rest = rest.TrimStart(", \t");
        return !value.IsEmpty;
    }

    private static int EndOfQuoted(ReadOnlySpan<char> text)
    {
        for (int at = 1; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\':
                    at++;
                    break;
                case '"':
                    return at + 1;
            }
        }
        return -1;
    }
}
