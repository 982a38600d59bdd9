using System.Buffers;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>Writes chosen sentences as a list: word for word, without line breaks and marks of Markdown, each with where it stands.</summary>
internal static class SentenceWriter
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(" \n\r\t*_`<&\\."u8);

    /// <summary>Writes one sentence as an item.</summary>
    /// <param name="index">The sentences.</param>
    /// <param name="text">Their text.</param>
    /// <param name="sentence">The sentence.</param>
    /// <param name="output">Takes UTF-8.</param>
    public static void Write(SentenceIndex index, ReadOnlySpan<byte> text, in Sentence sentence, IBufferWriter<byte> output)
    {
        output.Write("\n- "u8);
        WriteClean(text[sentence.Start..sentence.End], output);
        WritePlace(index, text, sentence, output);
    }

    /// <summary>Measures a place to be filled in: three dots or underscores or more, with or without blanks between them.</summary>
    /// <param name="text">The text from there on.</param>
    /// <returns>Its bytes, without blanks behind it; 0 when there is none.</returns>
    public static int BlankAt(ReadOnlySpan<byte> text)
    {
        int marks = 0;
        int end = 0;
        for (int i = 0; i < text.Length && text[i] is (byte)'.' or (byte)'_' or (byte)' ' or (byte)'\n'; i++)
        {
            if (text[i] is (byte)'.' or (byte)'_')
            {
                marks++;
                end = i + 1;
            }
        }
        return marks >= 3 && text[0] is not ((byte)' ' or (byte)'\n') ? end : 0;
    }

    private static void WritePlace(SentenceIndex index, ReadOnlySpan<byte> text, in Sentence sentence, IBufferWriter<byte> output)
    {
        TextBlock block = index.Blocks[sentence.Block];
        ReadOnlySpan<byte> own = text.Slice(block.NumberStart, block.NumberLength);
        bool numbered = !own.IsEmpty && char.IsAsciiDigit((char)own[0]);
        ReadOnlySpan<byte> section = default;
        ReadOnlySpan<byte> number = default;
        if (sentence.Heading >= 0)
        {
            TextBlock heading = index.Blocks[sentence.Heading];
            section = SectionOf(text[heading.Start..heading.End]);
            number = text.Slice(heading.NumberStart, heading.NumberLength);
        }
        if (!section.IsEmpty)
        {
            output.Write(" ("u8);
            WriteClean(section, output);
            if (numbered && block.NumberStart > block.Start - 8 && own.Length <= 3)
            {
                output.Write(Phrases.Paragraph(index.Language));
                output.Write(own);
            }
            output.Write(")"u8);
        }
        else if (numbered || (!number.IsEmpty && char.IsAsciiDigit((char)number[0])))
        {
            output.Write(" ("u8);
            output.Write(Phrases.Clause(index.Language));
            output.Write(numbered && (own.Contains((byte)'.') || number.IsEmpty || !char.IsAsciiDigit((char)number[0])) ? own : number);
            output.Write(")"u8);
        }
    }

    // "§ 535", "&sect;4", "Art. 12", "Section 3"
    private static ReadOnlySpan<byte> SectionOf(ReadOnlySpan<byte> heading)
    {
        int sign =
            heading.StartsWith("§"u8) ? 2
            : heading.StartsWith("&sect;"u8) ? 6
            : heading.StartsWith("Artikel "u8) || heading.StartsWith("Article "u8) || heading.StartsWith("Section "u8) ? 8
            : heading.StartsWith("Articolo "u8) ? 9
            : heading.StartsWith("Art. "u8) ? 5
            : 0;
        if (sign == 0)
        {
            return default;
        }
        int digits = sign;
        while (digits < heading.Length && heading[digits] is (byte)' ' or 0xC2 or 0xA0)
        {
            digits++;
        }
        int end = digits;
        while (
            end < heading.Length
            && (
                char.IsAsciiLetterOrDigit((char)heading[end])
                || (heading[end] == '.' && end + 1 < heading.Length && char.IsAsciiDigit((char)heading[end + 1]))
            )
        )
        {
            end++;
        }
        return end > digits && end - digits <= 10 && char.IsAsciiDigit((char)heading[digits]) ? heading[..end] : default;
    }

    private static void WriteClean(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        bool blank = false;
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAny(Special);
            plain = plain < 0 ? text.Length : plain;
            if (plain > 0)
            {
                output.Write(blank ? " "u8 : default);
                blank = false;
                output.Write(text[..plain]);
                text = text[plain..];
                continue;
            }
            int skip = Mark(text, out ReadOnlySpan<byte> instead);
            if (text[0] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                blank = true;
            }
            else if (!instead.IsEmpty)
            {
                output.Write(blank ? " "u8 : default);
                blank = false;
                output.Write(instead);
            }
            text = text[skip..];
        }
    }

    private static int Mark(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> instead)
    {
        instead = default;
        if (BlankAt(text) is > 0 and int blank)
        {
            instead = "…"u8;
            return blank;
        }
        if (text.StartsWith("**"u8) || text.StartsWith("__"u8))
        {
            return 2;
        }
        if (
            text[0] == '<'
            && text.Length > 1
            && (char.IsAsciiLetter((char)text[1]) || text[1] == '/')
            && text.IndexOf((byte)'>') is > 0 and < 200 and int end
        )
        {
            return end + 1;
        }
        if (text[0] == '&')
        {
            int entity = text.IndexOf((byte)';') + 1;
            instead = text[..Math.Clamp(entity, 0, 7)] switch
            {
                [.. var name] when name.SequenceEqual("&sect;"u8) => "§ "u8,
                [.. var name] when name.SequenceEqual("&amp;"u8) => "&"u8,
                [.. var name] when name.SequenceEqual("&nbsp;"u8) => " "u8,
                [.. var name] when name.SequenceEqual("&quot;"u8) => "\""u8,
                _ => default,
            };
            int skip = instead.IsEmpty ? 1 : entity;
            instead = instead.IsEmpty ? text[..1] : instead;
            return skip;
        }
        if (text[0] == '\\' && text.Length > 1 && char.IsAsciiLetterOrDigit((char)text[1]) is false && text[1] < 0x80)
        {
            instead = text.Slice(1, 1);
            return 2;
        }
        instead = text[0] is (byte)'`' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' ? default : text[..1];
        return 1;
    }
}
