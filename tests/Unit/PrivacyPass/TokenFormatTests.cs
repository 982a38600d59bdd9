using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

public sealed class TokenFormatTests
{
    [Fact]
    public void Challenge_EveryCutAndTail_IsRefused()
    {
        byte[] bytes = IssuerKeys.Challenge.Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(TokenChallenge.TryParse(bytes.AsSpan(0, length), out TokenChallenge? _), $"{length} bytes");
        }
        Assert.False(TokenChallenge.TryParse([.. bytes, 0], out TokenChallenge? _));
        Assert.True(TokenChallenge.TryParse(bytes, out TokenChallenge? challenge));
        Assert.Equal("control.example:7102", challenge.IssuerName);
        Assert.Equal("gateway.example:7101", challenge.OriginInfo);
        Assert.True(challenge.RedemptionContext.IsEmpty);
        Assert.Equal(IssuerKeys.Challenge.Digest.ToArray(), challenge.Digest.ToArray());
    }

    [Theory]
    [InlineData("0001000161000000")] // another type
    [InlineData("000200000000016f")] // no issuer
    [InlineData("00020001610161000000")] // a context of one byte
    [InlineData("0002000261ff000000")] // no UTF-8
    public void Challenge_Malformed_IsRefused(string hex) =>
        Assert.False(TokenChallenge.TryParse(Convert.FromHexString(hex), out TokenChallenge? _));

    [Fact]
    public void Challenge_ContextOfAnotherLength_CannotBeMade()
    {
        Assert.Throws<ArgumentException>(() => new TokenChallenge("issuer", "origin", new byte[31]));
        Assert.Throws<ArgumentException>(() => new TokenChallenge("", "origin"));
        Assert.Throws<ArgumentException>(() => new TokenChallenge("isuér", "origin"));
    }

    [Fact]
    public void Request_WrongSizeOrType_IsRefused()
    {
        byte[] bytes = TokenRequest.Create(7, new byte[256]).Bytes.ToArray();
        Assert.True(TokenRequest.TryParse(bytes, out TokenRequest? _));
        Assert.False(TokenRequest.TryParse([], out TokenRequest? _));
        Assert.False(TokenRequest.TryParse(bytes.AsSpan(1), out TokenRequest? _));
        Assert.False(TokenRequest.TryParse([.. bytes, 0], out TokenRequest? _));
        bytes[1] = 1;
        Assert.False(TokenRequest.TryParse(bytes, out TokenRequest? _));
        Assert.Throws<ArgumentException>(() => TokenRequest.Create(7, new byte[255]));
    }

    [Fact]
    public void Token_WrongSizeOrType_IsRefused()
    {
        var bytes = new byte[354];
        Assert.False(Token.TryParse(bytes, out Token? _));
        bytes[1] = 2;
        Assert.True(Token.TryParse(bytes, out Token? token));
        Assert.Equal("Token", token.ToString());
        Assert.False(Token.TryParse(bytes.AsSpan(1), out Token? _));
        Assert.False(Token.TryParse([.. bytes, 0], out Token? _));
    }

    [Fact]
    public void Batch_Malformed_IsRefused()
    {
        byte[] good = TokenBatch.EncodeRequest([TokenRequest.Create(1, new byte[256]), TokenRequest.Create(2, new byte[256])]);
        Assert.True(TokenBatch.TryParseRequest(good, 2, out IReadOnlyList<TokenRequest>? requests));
        Assert.Equal(2, requests.Count);
        Assert.False(TokenBatch.TryParseRequest(good, 1, out IReadOnlyList<TokenRequest>? _));
        Assert.False(TokenBatch.TryParseRequest([], 2, out IReadOnlyList<TokenRequest>? _));
        Assert.False(TokenBatch.TryParseRequest([0], 2, out IReadOnlyList<TokenRequest>? _));
        Assert.False(TokenBatch.TryParseRequest([.. good, 0], 2, out IReadOnlyList<TokenRequest>? _));
        Assert.False(TokenBatch.TryParseRequest(good.AsSpan(0, good.Length - 1), 2, out IReadOnlyList<TokenRequest>? _));
        Assert.False(TokenBatch.TryParseRequest([0xc0, 0, 0, 0, 0, 0, 0, 0], 2, out IReadOnlyList<TokenRequest>? _));
        // The length in four bytes where two are enough.
        Assert.False(TokenBatch.TryParseRequest([0x80, 0, .. BitConverter.GetBytes((ushort)0x0602), .. good.AsSpan(2)], 2, out _));
        good[3] = 1;
        Assert.False(TokenBatch.TryParseRequest(good, 2, out IReadOnlyList<TokenRequest>? _));
    }

    [Fact]
    public void BatchAnswer_WithRefusals_KeepsTheOrder()
    {
        byte[] body = TokenBatch.EncodeResponse([null, new byte[256], null]);
        Assert.True(TokenBatch.TryParseResponse(body, 3, out IReadOnlyList<byte[]?>? answers));
        Assert.Null(answers[0]);
        Assert.Equal(256, answers[1]!.Length);
        Assert.Null(answers[2]);
        Assert.False(TokenBatch.TryParseResponse(body, 2, out IReadOnlyList<byte[]?>? _));
        Assert.False(TokenBatch.TryParseResponse(body, 4, out IReadOnlyList<byte[]?>? _));
        Assert.False(TokenBatch.TryParseResponse(body.AsSpan(0, body.Length - 1), 3, out IReadOnlyList<byte[]?>? _));
        Assert.False(TokenBatch.TryParseResponse([1, 2], 1, out IReadOnlyList<byte[]?>? _));
        Assert.False(TokenBatch.TryParseResponse([3, 1, 0, 2], 1, out IReadOnlyList<byte[]?>? _));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(63, 1)]
    [InlineData(64, 2)]
    [InlineData(16383, 2)]
    [InlineData(16384, 4)]
    [InlineData((1 << 30) - 1, 4)]
    public void Varint_Value_ComesBackInItsShortestForm(int value, int length)
    {
        byte[] bytes = QuicVarint.Encode(value);
        Assert.Equal(length, bytes.Length);
        Assert.True(QuicVarint.TryRead(bytes, out int read, out int consumed));
        Assert.Equal((value, length), (read, consumed));
    }
}
