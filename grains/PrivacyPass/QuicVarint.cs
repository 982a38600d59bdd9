using System.Buffers.Binary;

namespace Lethe.PrivacyPass;

/// <summary>The variable-length integer of RFC 9000 §16, in its shortest form only and at most 30 bits.</summary>
internal static class QuicVarint
{
    private const int Largest = (1 << 30) - 1;

    public static byte[] Encode(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Largest);
        return value switch
        {
            < 1 << 6 => [(byte)value],
            < 1 << 14 => [(byte)(0x40 | (value >> 8)), (byte)value],
            _ => [(byte)(0x80 | (value >> 24)), (byte)(value >> 16), (byte)(value >> 8), (byte)value],
        };
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out int value, out int length)
    {
        value = 0;
        length = source.IsEmpty ? 0 : 1 << (source[0] >> 6);
        if (length is 0 or 8 || length > source.Length)
        {
            return false;
        }
        Span<byte> wide = stackalloc byte[4];
        source[..length].CopyTo(wide[^length..]);
        wide[4 - length] &= 0x3f;
        value = BinaryPrimitives.ReadInt32BigEndian(wide);
        return Encode(value).Length == length;
    }
}
