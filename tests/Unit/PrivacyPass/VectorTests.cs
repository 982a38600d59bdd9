using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

public sealed class VectorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Issuance_VectorOfRfc9578_GivesItsBytes(int index)
    {
        JsonElement vector = Vectors.Read("rfc9578-type2.json")[index];
        using RSA privateKey = Vectors.PrivateKey(vector.GetProperty("skS").GetString()!);
        using var signer = new BlindSigner(privateKey);
        Assert.Equal(vector.Bytes("pkS"), signer.PublicKey.Spki.ToArray());
        Assert.True(TokenKey.TryParse(vector.Bytes("pkS"), out TokenKey? key));
        using TokenKey owned = key;
        Assert.Equal(SHA256.HashData(vector.Bytes("pkS")), key.Id.ToArray());

        Assert.True(TokenChallenge.TryParse(vector.Bytes("token_challenge"), out TokenChallenge? challenge));
        var written = new TokenChallenge(challenge.IssuerName, challenge.OriginInfo, challenge.RedemptionContext.Span);
        Assert.Equal(vector.Bytes("token_challenge"), written.Bytes.ToArray());

        PendingToken pending = BlindingClient.Prepare(challenge, key, vector.Bytes("nonce"), vector.Bytes("salt"), vector.Number("blind"));
        Assert.Equal(vector.Bytes("token_request"), pending.Request.Bytes.ToArray());
        Assert.True(TokenRequest.TryParse(vector.Bytes("token_request"), out TokenRequest? request));
        Assert.Equal(key.TruncatedId, request.TruncatedKeyId);
        Assert.True(signer.TrySign(request.BlindedMessage.Span, out byte[]? signature));
        Assert.Equal(vector.Bytes("token_response"), signature);
        Assert.True(pending.TryFinish(signature, out Token? token));
        Assert.Equal(vector.Bytes("token"), token.Bytes.ToArray());
        Assert.True(key.Verify(token));
        Assert.Equal(vector.Bytes("nonce"), token.Nonce.ToArray());
        Assert.Equal(challenge.Digest.ToArray(), token.ChallengeDigest.ToArray());
    }

    [Theory]
    [InlineData("RSABSSA-SHA384-PSS-Randomized")]
    [InlineData("RSABSSA-SHA384-PSSZERO-Randomized")]
    [InlineData("RSABSSA-SHA384-PSS-Deterministic")]
    [InlineData("RSABSSA-SHA384-PSSZERO-Deterministic")]
    public void BlindRsa_VectorOfRfc9474_GivesItsBytes(string variant)
    {
        JsonElement vector = Vectors.Read("rfc9474.json").Single(entry => entry.GetProperty("name").GetString() == variant);
        BigInteger modulus = vector.Number("n");
        BigInteger exponent = vector.Number("e");
        // Prepare (section 4.1) is what the variants differ in: a random prefix, or nothing. Tokens carry their own nonce: nothing.
        byte[] input = [.. vector.Bytes("msg_prefix"), .. vector.Bytes("msg")];
        Assert.Equal(vector.Bytes("input_msg"), input);
        byte[] encoded = BlindRsaMath.EncodePss(input, vector.Bytes("salt"), (int)modulus.GetBitLength() - 1);
        if (vector.TryGetProperty("encoded_msg", out _)) // the first one is published without
        {
            Assert.Equal(vector.Bytes("encoded_msg"), encoded);
        }

        // The vector gives the blind's inverse; inverting that gives the blind.
        BigInteger blind = BlindRsaMath.Blind(encoded, vector.Number("inv"), modulus, exponent).Inverse;
        (BigInteger blinded, BigInteger inverse) = BlindRsaMath.Blind(encoded, blind, modulus, exponent);
        Assert.Equal(vector.Bytes("blinded_msg"), BlindRsaMath.Write(blinded, 512));
        Assert.Equal(vector.Number("inv"), inverse);

        using var rsa = new OpenSslRsa(PrivateParameters(vector));
        byte[] blindSignature = rsa.PrivateOperation(vector.Bytes("blinded_msg"));
        Assert.Equal(vector.Bytes("blind_sig"), blindSignature);
        Assert.Equal(vector.Bytes("blinded_msg"), rsa.PublicOperation(blindSignature));
        BigInteger signature = BlindRsaMath.Unblind(BlindRsaMath.Read(blindSignature), inverse, modulus);
        Assert.Equal(vector.Bytes("sig"), BlindRsaMath.Write(signature, 512));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Batch_VectorOfTheDraft_GivesItsBytes(int index)
    {
        JsonElement vector = Vectors.Read("batched-type2.json")[index];
        var signers = new Dictionary<byte, BlindSigner>();
        foreach (JsonElement item in vector.GetProperty("skS").EnumerateArray())
        {
            using RSA privateKey = Vectors.PrivateKey(item.GetString()!);
            var signer = new BlindSigner(privateKey);
            signers[signer.PublicKey.TruncatedId] = signer;
        }
        Assert.True(TokenBatch.TryParseRequest(vector.Bytes("token_request"), 100, out IReadOnlyList<TokenRequest>? requests));
        Assert.Equal(vector.Bytes("token_request"), TokenBatch.EncodeRequest(requests));
        byte[]?[] signatures = [.. requests.Select(request => Sign(signers[request.TruncatedKeyId], request))];
        Assert.Equal(vector.Bytes("token_response"), TokenBatch.EncodeResponse(signatures));
        Assert.True(TokenBatch.TryParseResponse(vector.Bytes("token_response"), requests.Count, out IReadOnlyList<byte[]?>? answers));
        Assert.Equal(signatures, answers);
        foreach (BlindSigner signer in signers.Values)
        {
            signer.Dispose();
        }
    }

    private static byte[] Sign(BlindSigner signer, TokenRequest request)
    {
        Assert.True(signer.TrySign(request.BlindedMessage.Span, out byte[]? signature));
        return signature;
    }

    private static RSAParameters PrivateParameters(JsonElement vector)
    {
        BigInteger p = vector.Number("p");
        BigInteger q = vector.Number("q");
        BigInteger d = vector.Number("d");
        return new()
        {
            Modulus = BlindRsaMath.Write(vector.Number("n"), 512),
            Exponent = [1, 0, 1],
            D = BlindRsaMath.Write(d, 512),
            P = BlindRsaMath.Write(p, 256),
            Q = BlindRsaMath.Write(q, 256),
            DP = BlindRsaMath.Write(d % (p - 1), 256),
            DQ = BlindRsaMath.Write(d % (q - 1), 256),
            InverseQ = BlindRsaMath.Write(BigInteger.ModPow(q, p - 2, p), 256),
        };
    }
}
