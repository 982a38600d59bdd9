using System.Security.Cryptography;
using System.Text;
using Lethe.ClusterTests.Cells;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Control;
using Lethe.Control.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

public sealed class SealerTests
{
    private static readonly TenantId Tenant = RecordsSilo.NewTenant();
    private static readonly SupportId Share = SupportId.Create();
    private static readonly SealedPlace Place = SealedPlace.OfDocument(Tenant, Share, ShareFormat.Pdf);

    [Fact]
    public void Open_OfAChunkInAnotherPlace_Fails()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        byte[] chunk = Seal(key, Place, 1, 3);
        Assert.Equal("Sensitive words"u8.ToArray(), Open(key, Place, 1, 3, chunk));
        SealedPlace[] others =
        [
            Place with
            {
                Tenant = RecordsSilo.NewTenant(),
            },
            Place with
            {
                Container = SupportId.Create(),
            },
            Place with
            {
                Item = SupportId.Create(),
            },
            SealedPlace.OfDocument(Tenant, Share, ShareFormat.Text),
            SealedPlace.OfMessage(Tenant, Share, MessageAuthor.Owner, Share),
        ];
        Assert.All(others, other => Assert.ThrowsAny<CryptographicException>(() => Open(key, other, 1, 3, chunk)));
        Assert.ThrowsAny<CryptographicException>(() => Open(key, Place, 0, 3, chunk)); // reordered
        Assert.ThrowsAny<CryptographicException>(() => Open(key, Place, 1, 2, chunk)); // cut
        Assert.ThrowsAny<CryptographicException>(() => Open(RandomNumberGenerator.GetBytes(32), Place, 1, 3, chunk));
        chunk[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => Open(key, Place, 1, 3, chunk));
    }

    [Fact]
    public void Seal_Twice_UsesAnotherNonce()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        Assert.NotEqual(Seal(key, Place, 0, 1), Seal(key, Place, 0, 1));
    }

    [Theory]
    [InlineData("""{"text":"a\u00e4\n"}""", "a\u00e4\n")]
    [InlineData(""" { "text" : "x" } """, "x")]
    public void Message_ThatIsOne_IsRead(string json, string text)
    {
        byte[] bytes = new byte[SupportLimits.MessageBytes];
        (int length, Problem? problem) = MessageBody.Parse(Encoding.UTF8.GetBytes(json), bytes);
        Assert.Null(problem);
        Assert.Equal(text, Encoding.UTF8.GetString(bytes, 0, length));
    }

    [Theory]
    [InlineData("", "body_invalid")]
    [InlineData("{}", "body_invalid")]
    [InlineData("""{"text":5}""", "body_invalid")]
    [InlineData("""{"text":"a","text":"b"}""", "body_invalid")]
    [InlineData("""{"Text":"a"}""", "body_invalid")]
    [InlineData("""{"text":"a"} x""", "body_invalid")]
    [InlineData("""{"text":"\ud800"}""", "body_invalid")]
    [InlineData("""["text"]""", "body_invalid")]
    [InlineData("""{"text":"a""", "body_invalid")]
    [InlineData("""{"text":""}""", "message_empty")]
    public void Message_ThatIsNone_IsRefused(string json, string code)
    {
        (_, Problem? problem) = MessageBody.Parse(Encoding.UTF8.GetBytes(json), new byte[SupportLimits.MessageBytes]);
        Assert.Equal(code, problem?.Code);
    }

    [Fact]
    public void Message_OfNoUtf8OrTooLong_IsRefused()
    {
        byte[] text = new byte[SupportLimits.MessageBytes];
        Assert.Equal("body_invalid", MessageBody.Parse([.. "{\"text\":\""u8, 0xff, 0xfe, .. "\"}"u8], text).Problem?.Code);
        byte[] longest = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', SupportLimits.MessageBytes)}}"}""");
        Assert.Equal(SupportLimits.MessageBytes, MessageBody.Parse(longest, text).Length);
        byte[] longer = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', SupportLimits.MessageBytes + 1)}}"}""");
        Assert.Equal("message_too_large", MessageBody.Parse(longer, text).Problem?.Code);
    }

    private static byte[] Seal(byte[] key, SealedPlace place, int index, int chunks)
    {
        using SupportKey supportKey = new([.. key]);
        using SupportSealer sealer = new(supportKey, place, chunks);
        byte[] chunk = new byte["Sensitive words"u8.Length + SupportLimits.ChunkOverheadBytes];
        sealer.Seal(index, "Sensitive words"u8, chunk);
        return chunk;
    }

    private static byte[] Open(byte[] key, SealedPlace place, int index, int chunks, byte[] chunk)
    {
        using SupportKey supportKey = new([.. key]);
        using SupportSealer sealer = new(supportKey, place, chunks);
        byte[] plaintext = new byte[chunk.Length - SupportLimits.ChunkOverheadBytes];
        sealer.Open(index, chunk, plaintext);
        return plaintext;
    }
}
