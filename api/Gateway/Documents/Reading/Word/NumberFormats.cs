namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>Writes list numbers (ECMA-376 part 1, 17.18.59). Rare formats are written as decimal numbers.</summary>
internal static class NumberFormats
{
    private static readonly (int Value, string Digit)[] Roman =
    [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];

    /// <summary>Writes a number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="format">The format's name in WordprocessingML.</param>
    /// <returns>The text.</returns>
    public static string Format(int number, string format) =>
        format switch
        {
            "none" => string.Empty,
            "decimalZero" => number.ToString("00"),
            "lowerLetter" when number is > 0 and < 1000 => new string((char)('a' + ((number - 1) % 26)), 1 + ((number - 1) / 26)),
            "upperLetter" when number is > 0 and < 1000 => new string((char)('A' + ((number - 1) % 26)), 1 + ((number - 1) / 26)),
            "lowerRoman" when number is > 0 and < 5000 => ToRoman(number),
            "upperRoman" when number is > 0 and < 5000 => ToRoman(number).ToUpperInvariant(),
            "decimalEnclosedParen" => $"({number})",
            "decimalEnclosedFullstop" => $"{number}.",
            _ => number.ToString(),
        };

    private static string ToRoman(int number)
    {
        System.Text.StringBuilder text = new();
        foreach ((int value, string digit) in Roman)
        {
            for (; number >= value; number -= value)
            {
                text.Append(digit);
            }
        }
        return text.ToString();
    }
}
