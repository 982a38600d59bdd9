using System.Security.Cryptography;
using System.Text;
using Lethe.Gateway.Documents.Reading;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class DocumentTextTests
{
    [Fact]
    public async Task Write_ThenRead_IsTheSame()
    {
        DocumentRead read = await Reading.ReadAsync("# Titel\n\nAbsatz mit Ü\n\n- eins\n- zwei", DocumentKind.Markdown);
        byte[] binary = new byte[read.Text.BinaryLength];
        read.Text.Write(binary);
        using DocumentText again = DocumentText.Read(binary);

        Assert.Equal(read.Text.Paragraphs, again.Paragraphs);
        Assert.Equal(read.Text.Utf8.ToArray(), again.Utf8.ToArray());
        Assert.Equal(read.Text.Characters, again.Characters);
        Assert.Equal(read.Text().EnumerateRunes().Count(), read.Text.Characters);
        Assert.Equal(
            "4C445431"
                + "00000023"
                + "00000004"
                + "00000000"
                + "00050900"
                + "020D0000"
                + "02060A00"
                + "01060A00"
                + Convert.ToHexString(Encoding.UTF8.GetBytes(read.Text())),
            Convert.ToHexString(binary)
        );
    }

    [Fact]
    public async Task Write_Ids_ComeBack()
    {
        DocumentRead read = await Reading.ReadAsync("""[{"id":"a1","text":"eins"},{"id":"b-22","text":"zwei"}]""", DocumentKind.Paragraphs);
        byte[] binary = new byte[read.Text.BinaryLength];
        read.Text.Write(binary);
        using DocumentText again = DocumentText.Read(binary);

        Assert.Equal(
            ["a1", "b-22"],
            again.Paragraphs.Select(paragraph => Encoding.ASCII.GetString(again.IdOf(paragraph).Span)),
            StringComparer.Ordinal
        );
    }

    [Fact]
    public async Task Dispose_Zeroes()
    {
        DocumentRead read = await Reading.ReadAsync("Geheim", DocumentKind.PlainText);
        ReadOnlyMemory<byte> text = read.Text.Utf8;
        read.Text.Dispose();

        Assert.Equal(new byte[6], text.ToArray());
        Assert.Equal("DocumentText", read.Text.ToString());
        Assert.Equal("DocumentRead", read.ToString());
    }

    [Fact]
    public async Task Read_ChangedOrCutBytes_ThrowNothingElse()
    {
        DocumentRead read = await Reading.ReadAsync("""[{"id":"a1","text":"eins"},{"id":"b-22","text":"zwei"}]""", DocumentKind.Paragraphs);
        byte[] binary = new byte[read.Text.BinaryLength];
        read.Text.Write(binary);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] changed = [.. binary[..RandomNumberGenerator.GetInt32(1, binary.Length + 1)]];
            changed[RandomNumberGenerator.GetInt32(changed.Length)] ^= (byte)RandomNumberGenerator.GetInt32(1, 256);
            try
            {
                DocumentText.Read(changed).Dispose();
            }
            catch (InvalidDataException)
            {
                // The one exception that is promised.
            }
        }
    }
}
