using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Lethe.Contracts.Support;

/// <summary>The id of a case, a message or a share: 128 random bits, written as 32 lower-case hex digits. Names nobody.</summary>
/// <param name="Value">The bits.</param>
[GenerateSerializer, Immutable, Alias("support-id")]
public readonly record struct SupportId([property: Id(0)] UInt128 Value)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Makes a fresh id from the operating system's generator.</summary>
    /// <returns>The id.</returns>
    public static SupportId Create() => new(BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16)));

    /// <summary>Reads the written form.</summary>
    /// <param name="text">32 lower-case hex digits; anything else is refused.</param>
    /// <param name="id">The id, when true.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse(string? text, out SupportId id)
    {
        id = default;
        if (text is not { Length: 32 } || text.AsSpan().ContainsAnyExcept(HexDigits))
        {
            return false;
        }
        id = new(UInt128.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Gets the key of the case's or share's grain: <c>s/</c> and the id; the letter keeps storage from folding it.</summary>
    /// <returns>The grain key.</returns>
    public string ToGrainKey() => $"s/{this}";

    /// <summary>Gets the written form.</summary>
    /// <returns>32 lower-case hex digits.</returns>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
