using System.Security.Cryptography;
using Lethe.PrivacyPass;

namespace Lethe.UnitTests.PrivacyPass;

/// <summary>Two issuing keys for all tests: making one takes a third of a second.</summary>
internal static class IssuerKeys
{
    private static readonly Lazy<byte[]> LazyFirst = new(NewPkcs8);
    private static readonly Lazy<byte[]> LazySecond = new(NewPkcs8);

    public static TokenChallenge Challenge { get; } = new("control.example:7102", "gateway.example:7101");

    public static byte[] FirstPkcs8 => LazyFirst.Value;

    public static BlindSigner First() => BlindSigner.FromPkcs8(LazyFirst.Value);

    public static BlindSigner Second() => BlindSigner.FromPkcs8(LazySecond.Value);

    public static Token Issue(BlindSigner signer, TokenChallenge challenge)
    {
        PendingToken pending = BlindingClient.Prepare(challenge, signer.PublicKey);
        return signer.TrySign(pending.Request.BlindedMessage.Span, out byte[]? signature) && pending.TryFinish(signature, out Token? token)
            ? token
            : throw new CryptographicException("The test's own issuer failed.");
    }

    private static byte[] NewPkcs8()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKey();
    }
}
