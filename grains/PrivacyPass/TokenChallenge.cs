using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Lethe.PrivacyPass;

/// <summary>
/// What a token must answer (RFC 9577 §2.1.1). Ours has an empty redemption context and a fixed origin, so that it is the
/// same for everybody and tokens can be drawn long before they are redeemed.
/// </summary>
public sealed class TokenChallenge
{
    /// <summary>The longest encoded challenge that is read.</summary>
    public const int MaxBytes = 4096;

    private const int ContextBytes = 32;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[] bytes;
    private readonly byte[] digest;

    /// <summary>Makes a challenge.</summary>
    /// <param name="issuerName">Host and port of the issuer, without a scheme: 1 to 1,024 ASCII characters.</param>
    /// <param name="originInfo">Host and port of the origins, separated by commas; may be empty; up to 2,048 ASCII characters.</param>
    /// <param name="redemptionContext">Empty (the default) or 32 bytes.</param>
    public TokenChallenge(string issuerName, string originInfo, ReadOnlySpan<byte> redemptionContext = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(issuerName);
        ArgumentNullException.ThrowIfNull(originInfo);
        if (issuerName.Length > 1024 || !Ascii.IsValid(issuerName))
        {
            throw new ArgumentException("An issuer name is 1 to 1024 ASCII characters.", nameof(issuerName));
        }
        if (originInfo.Length > 2048 || !Ascii.IsValid(originInfo))
        {
            throw new ArgumentException("An origin info is up to 2048 ASCII characters.", nameof(originInfo));
        }
        if (redemptionContext.Length is not (0 or ContextBytes))
        {
            throw new ArgumentException("A redemption context is empty or 32 bytes.", nameof(redemptionContext));
        }
        IssuerName = issuerName;
        OriginInfo = originInfo;
        RedemptionContext = redemptionContext.ToArray();
        bytes = Encode(StrictUtf8.GetBytes(issuerName), redemptionContext, StrictUtf8.GetBytes(originInfo));
        digest = SHA256.HashData(bytes);
    }

    private TokenChallenge(string issuerName, string originInfo, byte[] redemptionContext, byte[] encoded)
    {
        IssuerName = issuerName;
        OriginInfo = originInfo;
        RedemptionContext = redemptionContext;
        bytes = encoded;
        digest = SHA256.HashData(encoded);
    }

    /// <summary>Gets host and port of the issuer.</summary>
    public string IssuerName { get; }

    /// <summary>Gets host and port of the origins, separated by commas.</summary>
    public string OriginInfo { get; }

    /// <summary>Gets the redemption context: empty or 32 bytes.</summary>
    public ReadOnlyMemory<byte> RedemptionContext { get; }

    /// <summary>Gets the encoded challenge.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Gets SHA-256 of the encoded challenge, which a token carries.</summary>
    public ReadOnlyMemory<byte> Digest => digest;

    /// <summary>Reads an encoded challenge of type 0x0002.</summary>
    /// <param name="source">The bytes, of which none may be left over.</param>
    /// <param name="challenge">The challenge, when true.</param>
    /// <returns>Whether the bytes are a challenge.</returns>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TokenChallenge? challenge)
    {
        challenge = null;
        ReadOnlySpan<byte> rest = source;
        if (
            source.Length > MaxBytes
            || !TryTake(ref rest, 2, out ReadOnlySpan<byte> type)
            || BinaryPrimitives.ReadUInt16BigEndian(type) != BlindRsaToken.Type
            || !TryTakeVector(ref rest, 2, out ReadOnlySpan<byte> issuer)
            || issuer.IsEmpty
            || !TryTakeVector(ref rest, 1, out ReadOnlySpan<byte> context)
            || context.Length is not (0 or ContextBytes)
            || !TryTakeVector(ref rest, 2, out ReadOnlySpan<byte> origin)
            || !rest.IsEmpty
        )
        {
            return false;
        }
        try
        {
            challenge = new(StrictUtf8.GetString(issuer), StrictUtf8.GetString(origin), context.ToArray(), source.ToArray());
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static byte[] Encode(ReadOnlySpan<byte> issuer, ReadOnlySpan<byte> context, ReadOnlySpan<byte> origin) =>
        [
            (byte)(BlindRsaToken.Type >> 8),
            (byte)BlindRsaToken.Type,
            (byte)(issuer.Length >> 8),
            (byte)issuer.Length,
            .. issuer,
            (byte)context.Length,
            .. context,
            (byte)(origin.Length >> 8),
            (byte)origin.Length,
            .. origin,
        ];

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (rest.Length < count)
        {
            return false;
        }
        taken = rest[..count];
        rest = rest[count..];
        return true;
    }

    private static bool TryTakeVector(ref ReadOnlySpan<byte> rest, int prefixBytes, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (!TryTake(ref rest, prefixBytes, out ReadOnlySpan<byte> prefix))
        {
            return false;
        }
        int length = prefixBytes == 1 ? prefix[0] : BinaryPrimitives.ReadUInt16BigEndian(prefix);
        return TryTake(ref rest, length, out taken);
    }
}
