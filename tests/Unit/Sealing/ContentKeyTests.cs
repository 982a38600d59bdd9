using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Sealing;
using Xunit;

namespace Lethe.UnitTests.Sealing;

public sealed class ContentKeyTests
{
    private static readonly byte[] Written = Encoding.ASCII.GetBytes(
        Base64Url.EncodeToString(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray())
    );
    private static readonly SessionId Session = new(UInt128.Parse("340282366920938463463374607431768211454"));

    [Fact]
    public void Write_AfterRead_GivesTheSame()
    {
        using ContentKey key = ContentKey.Read(Written)!;
        byte[] again = new byte[ContentKey.WrittenSize];
        key.Write(again);
        Assert.Equal(Written, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh")] // too short
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")] // padded
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH/8")] // the other alphabet
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh\"")]
    public void Read_AnythingElse_IsNone(string written) => Assert.Null(ContentKey.Read(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public void CommitTo_IsHkdfOverLabelAndSession()
    {
        using ContentKey key = ContentKey.Read(Written)!;
        byte[] id = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(id, Session.Value);
        byte[] expected = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            32,
            [],
            [.. "lethe content key commitment v1"u8, .. id]
        );
        Assert.Equal(expected, key.CommitTo(Session));
        Assert.True(key.Matches(Session, expected));
        Assert.False(key.Matches(new SessionId(Session.Value - 1), expected));
        Assert.False(key.Matches(Session, expected.AsSpan(1)));
    }

    [Fact]
    public void Seal_HasThePublishedForm()
    {
        using ContentKey key = ContentKey.Read(Written)!;
        using ItemSealer sealer = new(Session, key);
        byte[] ciphertext = sealer.Seal(new ItemPlace(ItemKind.Turn, 7, 9), "text"u8).Memory.ToArray();
        Assert.Equal(12 + 4 + 16, ciphertext.Length);

        byte[] associated = Convert.FromHexString(
            "fffffffffffffffffffffffffffffffe" + "02" + "00000000000000000000000000000007" + "0000000000000009" + "00000000" + "00000001"
        );
        byte[] sealing = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            32,
            [],
            "lethe sealing v1"u8.ToArray()
        );
        using AesGcm cipher = new(sealing, 16);
        byte[] plain = new byte[4];
        cipher.Decrypt(ciphertext.AsSpan(0, 12), ciphertext.AsSpan(12, 4), ciphertext.AsSpan(16), plain, associated);
        Assert.Equal("text"u8.ToArray(), plain);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ItemSealer.ChunkSize)]
    [InlineData(ItemSealer.ChunkSize + 1)]
    [InlineData(3 * ItemSealer.ChunkSize)]
    public void Open_OfEverySize_GivesItBack(int length)
    {
        using ContentKey key = ContentKey.Create();
        using ItemSealer sealer = new(Session, key);
        ItemPlace place = new(ItemKind.Document, 1, 1);
        byte[] plain = RandomNumberGenerator.GetBytes(length);
        Sealed content = sealer.Seal(place, plain);
        Assert.Equal(ItemSealer.SealedLength(length), content.Length);
        using PlainBuffer opened = sealer.Open(place, content.Memory.Span)!;
        Assert.Equal(plain, opened.Memory.ToArray());
    }

    [Fact]
    public void Dispose_ZeroesTheKey()
    {
        ContentKey key = ContentKey.Create();
        key.Dispose();
        byte[] written = new byte[ContentKey.WrittenSize];
        key.Write(written);
        Assert.All(written, letter => Assert.Equal((byte)'A', letter));
    }

    [Fact]
    public void PlainWriter_PastItsBound_WritesNothing()
    {
        using PlainWriter writer = new(10);
        Assert.True(writer.TryWrite(new byte[8]));
        Assert.False(writer.TryWrite(new byte[3]));
        Assert.Equal(8, writer.Length);
    }

    [Fact]
    public void PlainBuffer_AfterDispose_IsOutOfReachOnceNobodyPinsIt()
    {
        PlainBuffer buffer = PlainBuffer.Allocate(100);
        Memory<byte> memory = buffer.Memory;
        using (memory.Pin())
        {
            ((IDisposable)buffer).Dispose();
            Assert.Equal(100, buffer.Length); // a send that still pins it may read on
        }
        Assert.Equal(0, buffer.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }
}
