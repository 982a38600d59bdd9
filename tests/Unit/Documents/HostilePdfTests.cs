using System.Diagnostics;
using System.Text;
using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Xunit;

namespace Lethe.UnitTests.Documents;

/// <summary>Files of a few bytes from which the parser would make gigabytes, or over which it would never end.</summary>
[Collection("alone")]
public sealed class HostilePdfTests
{
    private const string Show = "BT /F9 11 Tf 71 700 Td (AA) Tj ET";

    [Theory]
    [InlineData("/W [0 2000000000 500]")]
    [InlineData("/W [0 2e9 500]")]
    [InlineData("/W [0 1 0 R 500]")]
    [InlineData("/W [1 [500 600] 0%[\n2000000000\t500.5]")]
    [InlineData("/#57 [(x) 7] /W [3 [500 null] 0 2000000000 500]")]
    [InlineData("/DW2 [880 -1000] /W2 [0 +2000000000 -1000 250 772]")]
    public async Task Read_WidthsOfEndlessGlyphs_IsCheap(string widths) => await IsCheapAsync(OfFont(widths, "/Encoding /Identity-H"));

    [Fact]
    public async Task Read_WidthsOfManyGlyphsManyTimes_IsTooComplex() =>
        Assert.Equal(
            DocumentRefusal.TooComplex,
            await IsCheapAsync(OfFont($"/W [{string.Concat(Enumerable.Repeat("0 65535 500 ", 100_000))}]", "/Encoding /Identity-H"))
        );

    [Theory]
    [InlineData("1 beginbfrange <00000000> <7FFFFFFF> <0041> endbfrange")]
    [InlineData("1 beginbfrange <000000000000000000000000> <FFFFFFFFFFFFFFFFFFFFFFFF> <0041> endbfrange")]
    [InlineData("2000000000 begincodespacerange <00> <FF> endcodespacerange")]
    public async Task Read_MapOfEndlessCodes_IsTooComplex(string map)
    {
        PdfFile file = new();
        int stream = file.AddStream(Encoding.ASCII.GetBytes(map), isPacked: false);
        Assert.Equal(
            DocumentRefusal.TooComplex,
            await IsCheapAsync(OfFont(string.Empty, $"/Encoding /Identity-H /ToUnicode {stream} 0 R", file))
        );
        file = new();
        stream = file.AddStream(Encoding.ASCII.GetBytes(map));
        Assert.Equal(DocumentRefusal.TooComplex, await IsCheapAsync(OfFont(string.Empty, $"/Encoding {stream} 0 R", file)));
    }

    [Fact]
    public async Task Read_CompactFontThatCallsItself_IsRead()
    {
        byte[] name = [0, 1, 1, 1, 2, (byte)'B'];
        byte[] strings = [0, 0];
        byte[] calls = [0, 1, 1, 1, 5, 32, 29, 32, 29]; // subroutine -107 + 107 calls itself, twice
        byte[] glyphs = [0, 1, 1, 1, 4, 32, 29, 14];
        byte[] top = [0, 1, 1, 1, 0, 0, 0, 0, 17];
        top[4] = (byte)(1 + top.Length - 5);
        int at = 4 + name.Length + top.Length + strings.Length + calls.Length;
        (top[5], top[6], top[7]) = (28, (byte)(at >> 8), (byte)at);
        PdfFile file = new();
        int program = file.AddStream([1, 0, 4, 1, .. name, .. top, .. strings, .. calls, .. glyphs], "/Subtype /Type1C");
        int font = file.Add(
            $"<< /Type /Font /Subtype /Type1 /BaseFont /B /FirstChar 65 /LastChar 65 /Widths [600] /Encoding /WinAnsiEncoding /FontDescriptor << /Type /FontDescriptor /FontName /B /Flags 32 /FontBBox [0 0 9 9] /FontFile3 {program} 0 R >> >>"
        );
        await IsCheapAsync(PdfFile.OfPages([Show], $"/Font << /F9 {font} 0 R >>", file), "AA");
    }

    [Theory]
    [InlineData("/Predictor 12 /Columns 2000000000")]
    [InlineData("/Predictor 2 /Columns 0")]
    [InlineData("/Predictor 15 /Colors 32 /BitsPerComponent 1e9")]
    public async Task Read_RowsWithoutEnd_IsRefused(string parameters)
    {
        PdfFile file = new();
        int form = file.AddStream(new byte[64], $"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /DecodeParms << {parameters} >>");
        Assert.NotNull(await IsCheapAsync(PdfFile.OfPages(["/X Do"], $"/XObject << /X {form} 0 R >>", file)));
    }

    [Theory]
    [InlineData("/Size 2000000000", true)]
    [InlineData("/Size 2e9", false)]
    [InlineData("/Size 9 /Index [0 2 0 2000000000]", false)]
    public async Task Read_TableOfEndlessObjects_IsTooComplex(string size, bool isPacked)
    {
        PdfFile file = new();
        file.AddStream(new byte[40], $"/Type /XRef /W [1 2 1] /Root 9 0 R {size}", isPacked);
        string bytes = Encoding.Latin1.GetString(PdfFile.OfPages([Show], file: file));
        int table = bytes.LastIndexOf("startxref", StringComparison.Ordinal);
        bytes = $"{bytes[..table]}startxref\n{bytes.IndexOf("1 0 obj", StringComparison.Ordinal)}\n%%EOF\n";

        Assert.Equal(DocumentRefusal.TooComplex, await IsCheapAsync(Encoding.Latin1.GetBytes(bytes)));
    }

    [Theory]
    [InlineData("/N 2000000000", true)]
    [InlineData("/N 2000000000", false)]
    [InlineData("/#4E %\n 2e9", false)]
    public async Task Read_StreamOfEndlessObjects_IsTooComplex(string number, bool isPacked)
    {
        PdfFile file = new();
        file.AddStream("1 0"u8, $"/Type /ObjStm /First 3 {number}", isPacked);
        file.AddStream(new byte[] { 2, 0, 1, 0 }, "/Type /XRef /W [1 2 1] /Size 9 /Index [5 1] /Root 5 0 R", isPacked);
        string bytes = Encoding.Latin1.GetString(PdfFile.OfPages([Show], file: file));
        int table = bytes.LastIndexOf("startxref", StringComparison.Ordinal);
        bytes = $"{bytes[..table]}startxref\n{bytes.IndexOf("2 0 obj", StringComparison.Ordinal)}\n%%EOF\n";

        Assert.Equal(DocumentRefusal.TooComplex, await IsCheapAsync(Encoding.Latin1.GetBytes(bytes)));
    }

    [Fact]
    public async Task Read_LzwThatGrows_IsTooComplex()
    {
        // Each code is the one that is about to be made: the one before and its first byte again.
        StringBuilder bits = new();
        int next = 258;
        for (int count = 0; count < 300_000; count++)
        {
            int width = next switch
            {
                >= 2047 => 12,
                >= 1023 => 11,
                >= 511 => 10,
                _ => 9,
            };
            int code = count == 0 ? 'a' : Math.Min(next, 4095);
            bits.Append(Convert.ToString(code, 2).PadLeft(width, '0'));
            next += count == 0 ? 0 : 1;
        }
        byte[] packed = [.. bits.ToString().Chunk(8).Select(eight => Convert.ToByte(new string(eight).PadRight(8, '0'), 2))];
        PdfFile file = new();
        int form = file.AddStream(packed, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /LZWDecode", isPacked: false);
        Assert.Equal(DocumentRefusal.TooComplex, await IsCheapAsync(PdfFile.OfPages(["/X Do"], $"/XObject << /X {form} 0 R >>", file)));
    }

    private static byte[] OfFont(string widths, string encoding, PdfFile? file = null)
    {
        if (file is null)
        {
            file = new PdfFile();
            Assert.Equal(1, file.Add("2000000000"));
        }
        int font = file.Add(
            $"<< /Type /Font /Subtype /Type0 /BaseFont /B {encoding} /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /B "
                + $"{widths} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
                + "/FontDescriptor << /Type /FontDescriptor /FontName /B /Flags 4 /FontBBox [0 0 9 9] >> >>] >>"
        );
        return PdfFile.OfPages([Show], $"/Font << /F9 {font} 0 R >>", file);
    }

    private static async Task<DocumentRefusal?> IsCheapAsync(byte[] file, string? text = null)
    {
        long before = GC.GetTotalAllocatedBytes();
        Stopwatch watch = Stopwatch.StartNew();
        DocumentReadResult result = await Reading.Readers.ReadAsync(file, DocumentKind.Pdf, TestContext.Current.CancellationToken);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange((GC.GetTotalAllocatedBytes() - before) / 1024.0 / 1024, 0, 300);
        if (text is not null)
        {
            Assert.Equal(text, Assert.IsType<DocumentRead>(result).Text());
        }
        return (result as DocumentRefused)?.Reason;
    }
}
