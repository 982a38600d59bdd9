using System.Numerics;
using System.Security.Cryptography;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

public sealed class TokenKeyTests
{
    [Fact]
    public void Verify_SaltOfZeroBytes_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        byte[] signedPart = IssuerKeys.Issue(signer, IssuerKeys.Challenge).SignedPart.ToArray();
        Assert.True(signer.PublicKey.Verify(SignWithSalt(signer, signedPart, new byte[48])));
        Assert.False(signer.PublicKey.Verify(SignWithSalt(signer, signedPart, [])));
        Assert.False(signer.PublicKey.Verify(SignWithSalt(signer, signedPart, new byte[32])));
    }

    [Fact]
    public void Verify_AnyByteChanged_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        byte[] bytes = IssuerKeys.Issue(signer, IssuerKeys.Challenge).Bytes.ToArray();
        for (int at = 2; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            Assert.True(Token.TryParse(changed, out Token? token));
            Assert.False(signer.PublicKey.Verify(token));
        }
    }

    [Fact]
    public void Verify_TokenOfAnotherKey_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        using BlindSigner other = IssuerKeys.Second();
        Assert.False(other.PublicKey.Verify(IssuerKeys.Issue(signer, IssuerKeys.Challenge)));
    }

    [Fact]
    public async Task Verify_FromManyThreads_HoldsForAll()
    {
        using BlindSigner signer = IssuerKeys.First();
        Token good = IssuerKeys.Issue(signer, IssuerKeys.Challenge);
        byte[] changed = good.Bytes.ToArray();
        changed[^1] ^= 1;
        Assert.True(Token.TryParse(changed, out Token? bad));
        await Parallel.ForAsync(
            0,
            400,
            (_, _) =>
            {
                Assert.True(signer.PublicKey.Verify(good));
                Assert.False(signer.PublicKey.Verify(bad));
                return ValueTask.CompletedTask;
            }
        );
    }

    [Fact]
    public void Verify_AfterDispose_Throws()
    {
        BlindSigner signer = IssuerKeys.First();
        Token token = IssuerKeys.Issue(signer, IssuerKeys.Challenge);
        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.PublicKey.Verify(token));
    }

    [Fact]
    public void TryParse_OrdinaryRsaKeyOrAnyChangedByteOfTheFrame_IsRefused()
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(IssuerKeys.FirstPkcs8, out int _);
        Assert.False(TokenKey.TryParse(rsa.ExportSubjectPublicKeyInfo(), out TokenKey? _));
        using TokenKey key = TokenKey.FromRsa(rsa);
        byte[] spki = key.Spki.ToArray();
        for (int at = 0; at < 80; at++)
        {
            byte[] changed = [.. spki];
            changed[at] ^= 0x01;
            Assert.False(TokenKey.TryParse(changed, out TokenKey? _), $"byte {at}");
        }
        Assert.False(TokenKey.TryParse([.. spki, 0], out TokenKey? _));
        Assert.False(TokenKey.TryParse(spki.AsSpan(0, spki.Length - 1), out TokenKey? _));
        Assert.False(TokenKey.TryParse([], out TokenKey? _));
        Assert.False(TokenKey.TryParse(new byte[5000], out TokenKey? _));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(3072)]
    public void FromRsa_AnotherSize_IsRefused(int bits)
    {
        using var rsa = RSA.Create(bits);
        Assert.Throws<CryptographicException>(() => TokenKey.FromRsa(rsa));
    }

    // Signs in the open, as a client that ignores the salt's length would make the issuer do.
    private static Token SignWithSalt(BlindSigner signer, byte[] signedPart, byte[] salt)
    {
        byte[] encoded = BlindRsaMath.EncodePss(signedPart, salt, 2047);
        BigInteger blind = BlindRsaMath.NewBlind(signer.PublicKey.Modulus, 256);
        (BigInteger blinded, BigInteger inverse) = BlindRsaMath.Blind(encoded, blind, signer.PublicKey.Modulus, signer.PublicKey.Exponent);
        Assert.True(signer.TrySign(BlindRsaMath.Write(blinded, 256), out byte[]? blindSignature));
        BigInteger signature = BlindRsaMath.Unblind(BlindRsaMath.Read(blindSignature), inverse, signer.PublicKey.Modulus);
        Assert.True(Token.TryParse([.. signedPart, .. BlindRsaMath.Write(signature, 256)], out Token? token));
        return token;
    }
}
