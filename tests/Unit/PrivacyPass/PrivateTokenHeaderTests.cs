using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

public sealed class PrivateTokenHeaderTests
{
    private static readonly string Padded = PaddedBase64Url.Encode(Bytes());
    private static readonly string TwoBytesMore = PaddedBase64Url.Encode(new byte[2]);

    [Fact]
    public void Parse_AllSpellings_GiveTheToken()
    {
        string[] values =
        [
            $"PrivateToken token={Padded}",
            $"PrivateToken token=\"{Padded}\"",
            $"privatetoken   TOKEN = \"{Padded}\"",
            $"PrivateToken token={Padded}, extensions=\"a, \\\"b\\\"\"",
            $"PrivateToken other=1 , token=\"{Padded}\"",
        ];
        foreach (string value in values)
        {
            Assert.True(PrivateTokenHeader.TryParseAuthorization(value, out Token? token), value);
            Assert.Equal(Bytes(), token.Bytes.ToArray());
        }
    }

    [Fact]
    public void Parse_Malformed_IsRefused()
    {
        string[] values =
        [
            "",
            "PrivateToken",
            "PrivateToken ",
            "PrivateToken token",
            "PrivateToken token=",
            "PrivateToken token=\"\"",
            "PrivateToken token=\"",
            $"Bearer token={Padded}",
            $"PrivateTokentoken={Padded}",
            $"PrivateToken token=\"{Padded}",
            $"PrivateToken token={Padded}, token={Padded}",
            $"PrivateToken token={Padded} x",
            $"PrivateToken token={Padded}{TwoBytesMore}",
            $"PrivateToken token={Padded[..^4]}",
            $"PrivateToken token={Padded[..^1]}+",
            $"PrivateToken token=\"{Padded[..^4]}\\{Padded[^4..]}\"",
            $"PrivateToken {Padded}",
            $"PrivateToken token={Padded}, x=\"{new string('x', 3000)}\"",
        ];
        foreach (string value in values)
        {
            Assert.False(PrivateTokenHeader.TryParseAuthorization(value, out Token? _), value);
        }
    }

    [Fact]
    public void Parse_WhatWeWrite_IsRead()
    {
        Assert.True(Token.TryParse(Bytes(), out Token? token));
        Assert.True(PrivateTokenHeader.TryParseAuthorization(PrivateTokenHeader.FormatAuthorization(token), out Token? read));
        Assert.Equal(token.Bytes.ToArray(), read.Bytes.ToArray());
    }

    [Fact]
    public void FormatChallenge_HasPaddedValues()
    {
        using BlindSigner signer = IssuerKeys.First();
        string header = PrivateTokenHeader.FormatChallenge(IssuerKeys.Challenge, signer.PublicKey, TimeSpan.FromHours(1));
        string challenge = PaddedBase64Url.Encode(IssuerKeys.Challenge.Bytes.Span);
        string key = PaddedBase64Url.Encode(signer.PublicKey.Spki.Span);
        Assert.Equal($"PrivateToken challenge=\"{challenge}\", token-key=\"{key}\", max-age=3600", header);
        Assert.Equal(0, challenge.Length % 4);
        Assert.Equal(0, key.Length % 4);
    }

    [Theory]
    [InlineData("AAA=", 2)]
    [InlineData("AAA", 2)]
    [InlineData("AA==", 1)]
    [InlineData("AA", 1)]
    [InlineData("", 0)]
    [InlineData("-_-_", 3)]
    public void Base64Url_PaddedOrNot_IsRead(string text, int length)
    {
        Assert.True(PaddedBase64Url.TryDecode(text, 10, out byte[]? bytes));
        Assert.Equal(length, bytes.Length);
    }

    [Theory]
    [InlineData("AA=")]
    [InlineData("A")]
    [InlineData("A===")]
    [InlineData("AAAA====")]
    [InlineData("AB")] // stray bits
    [InlineData("A A=")]
    [InlineData("AA%3")]
    [InlineData("+/+/")]
    [InlineData("AAAAAAAAAAAAAAAA")] // 12 bytes
    public void Base64Url_Malformed_IsRefused(string text) => Assert.False(PaddedBase64Url.TryDecode(text, 10, out byte[]? _));

    private static byte[] Bytes() => [0, 2, .. Enumerable.Range(0, 352).Select(at => (byte)at)];
}
