using System.Text;

namespace Lethe.UnitTests.Documents;

/// <summary>Makes Type 1 font programs (Adobe Type 1 Font Format, chapter 7).</summary>
internal static class Type1Programs
{
    /// <summary>Makes a program whose subroutine 0 calls itself, and whose A calls it.</summary>
    public static byte[] ThatCallsItself(out int clear, out int encrypted)
    {
        byte[] subroutine = Encrypt([0, 0, 0, 0, 139, 10, 11], 4330); // 0 callsubr return
        byte[] glyph = Encrypt([0, 0, 0, 0, 139, 248, 136, 13, 139, 10, 14], 4330); // 0 500 hsbw 0 callsubr endchar
        byte[] head = Encoding.ASCII.GetBytes(
            "%!PS-AdobeFont-1.0: Bad 1\n11 dict begin\n/FontName /Bad def\n/FontType 1 def\n/FontMatrix [0.001 0 0 0.001 0 0] readonly def\n/FontBBox {0 0 1000 1000} readonly def\n"
                + "/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 65 /A put\nreadonly def\ncurrentdict end\ncurrentfile eexec\n"
        );
        byte[] body =
        [
            0,
            0,
            0,
            0,
            .. "dup /Private 8 dict dup begin\n/RD {string currentfile exch readstring pop} executeonly def\n/ND {noaccess def} executeonly def\n/NP {noaccess put} executeonly def\n/lenIV 4 def\n/Subrs 1 array\n"u8,
            .. Encoding.ASCII.GetBytes($"dup 0 {subroutine.Length} RD "),
            .. subroutine,
            .. " NP\nND\n2 index /CharStrings 2 dict dup begin\n"u8,
            .. Encoding.ASCII.GetBytes($"/A {glyph.Length} RD "),
            .. glyph,
            .. Encoding.ASCII.GetBytes($" ND\n/.notdef {glyph.Length} RD "),
            .. glyph,
            .. " ND\nend\nend\nreadonly put\nnoaccess put\ndup/FontName get exch definefont pop\nmark currentfile closefile\n"u8,
        ];
        byte[] secret = Encrypt(body, 55665);
        (clear, encrypted) = (head.Length, secret.Length);
        return [.. head, .. secret];
    }

    private static byte[] Encrypt(ReadOnlySpan<byte> plain, ushort key)
    {
        byte[] cipher = new byte[plain.Length];
        for (int index = 0; index < plain.Length; index++)
        {
            cipher[index] = (byte)(plain[index] ^ (key >> 8));
            key = (ushort)(((cipher[index] + key) * 52845) + 22719);
        }
        return cipher;
    }
}
