using System.Security.Cryptography;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

public sealed class BlindSignerTests
{
    [Fact]
    public void TrySign_WrongLength_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        Assert.False(signer.TrySign([], out byte[]? _));
        Assert.False(signer.TrySign(new byte[255], out byte[]? _));
        Assert.False(signer.TrySign(new byte[257], out byte[]? _));
    }

    [Fact]
    public void TrySign_ValueAtOrAboveTheModulus_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        byte[] modulus = BlindRsaMath.Write(signer.PublicKey.Modulus, 256);
        Assert.False(signer.TrySign(modulus, out byte[]? _));
        Assert.False(signer.TrySign(Enumerable.Repeat((byte)0xff, 256).ToArray(), out byte[]? _));
        Assert.True(signer.TrySign(BlindRsaMath.Write(signer.PublicKey.Modulus - 1, 256), out byte[]? signature));
        Assert.Equal(256, signature.Length);
    }

    [Fact]
    public void New_KeyWithoutPrivateHalf_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        using var rsa = RSA.Create();
        rsa.ImportParameters(new() { Modulus = BlindRsaMath.Write(signer.PublicKey.Modulus, 256), Exponent = [1, 0, 1] });
        Assert.ThrowsAny<CryptographicException>(() => new BlindSigner(rsa));
    }

    [Fact]
    public void FromPkcs8_Garbage_IsRefused() => Assert.ThrowsAny<CryptographicException>(() => BlindSigner.FromPkcs8(new byte[100]));

    [Fact]
    public void TrySign_AfterDispose_Throws()
    {
        BlindSigner signer = IssuerKeys.First();
        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.TrySign(new byte[256], out byte[]? _));
    }

    [Fact]
    public async Task TrySign_FromManyThreads_GivesGoodTokens()
    {
        using BlindSigner signer = IssuerKeys.First();
        await Parallel.ForAsync(
            0,
            64,
            (_, _) =>
            {
                Assert.True(signer.PublicKey.Verify(IssuerKeys.Issue(signer, IssuerKeys.Challenge)));
                return ValueTask.CompletedTask;
            }
        );
    }

    [Fact]
    public void TryFinish_AnswerOfAnotherKeyOrDamaged_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        using BlindSigner other = IssuerKeys.Second();
        PendingToken pending = BlindingClient.Prepare(IssuerKeys.Challenge, signer.PublicKey);
        Assert.True(signer.TrySign(pending.Request.BlindedMessage.Span, out byte[]? signature));
        byte[] damaged = [.. signature];
        damaged[^1] ^= 1;
        Assert.False(pending.TryFinish(damaged, out Token? _));
        Assert.False(pending.TryFinish([], out Token? _));
        if (other.TrySign(pending.Request.BlindedMessage.Span, out byte[]? foreign))
        {
            Assert.False(pending.TryFinish(foreign, out Token? _));
        }
        Assert.True(pending.TryFinish(signature, out Token? _));
    }

    [Fact]
    public void Prepare_Twice_SharesNoByteRunWithTheToken()
    {
        using BlindSigner signer = IssuerKeys.First();
        PendingToken first = BlindingClient.Prepare(IssuerKeys.Challenge, signer.PublicKey);
        PendingToken second = BlindingClient.Prepare(IssuerKeys.Challenge, signer.PublicKey);
        Assert.NotEqual(first.Request.BlindedMessage.ToArray(), second.Request.BlindedMessage.ToArray());
        Assert.True(signer.TrySign(first.Request.BlindedMessage.Span, out byte[]? signature));
        Assert.True(first.TryFinish(signature, out Token? token));
        Assert.Equal(-1, token.Bytes.Span.IndexOf(first.Request.BlindedMessage.Span[..8]));
        Assert.Equal(-1, token.Bytes.Span.IndexOf(signature.AsSpan(0, 8)));
    }
}
