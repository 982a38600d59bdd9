using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Lethe.Gateway.Documents.Reading.Text;

/// <summary>
/// <c>application/json</c>: an array of objects with exactly the members <c>id</c> (1 to 64 ASCII letters, digits, <c>-_.:</c>; each once)
/// and <c>text</c>. A paragraph without text is left out. No text becomes a string on the way.
/// </summary>
internal sealed class ParagraphsReader : IDocumentReader
{
    private const int LongestId = 64;
    private static readonly SearchValues<byte> IdCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:"u8
    );

    /// <inheritdoc/>
    public bool IsHeavy => false;

    /// <inheritdoc/>
    public Coverage Read(ReadOnlyMemory<byte> file, DocumentTextBuilder text, ReadingBudget budget)
    {
        ReadOnlySpan<byte> json = file.Span;
        json = json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? json[3..] : json;
        byte[] unescaped = new byte[json.Length];
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 3 });
            Require(reader.Read() && reader.TokenType == JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Require(reader.TokenType == JsonTokenType.StartObject);
                ReadParagraph(ref reader, unescaped, text);
            }
            Require(!reader.Read()); // throws when something follows
        }
        catch (JsonException)
        {
            throw new DocumentRefusedException(DocumentRefusal.Damaged);
        }
        catch (InvalidOperationException) // CopyString: half a surrogate pair, or invalid UTF-8
        {
            throw new DocumentRefusedException(DocumentRefusal.Damaged);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unescaped);
        }
        text.End();
        RefuseRepeatedIds(text);
        CoverageNotes notes = new();
        notes.Add(CoverageNoteKind.UnreadableCharacters, text.Unreadable);
        return notes.ToCoverage(hasText: true);
    }

    private static void ReadParagraph(ref Utf8JsonReader reader, byte[] unescaped, DocumentTextBuilder text)
    {
        Span<byte> id = stackalloc byte[LongestId];
        int idLength = 0;
        int textLength = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id"u8);
            Require(isId ? idLength == 0 : textLength < 0 && reader.ValueTextEquals("text"u8));
            Require(reader.Read() && reader.TokenType == JsonTokenType.String);
            if (isId)
            {
                Require(reader.ValueSpan.Length is > 0 and <= LongestId && reader.ValueSpan.IndexOfAnyExcept(IdCharacters) < 0);
                reader.ValueSpan.CopyTo(id);
                idLength = reader.ValueSpan.Length;
            }
            else
            {
                textLength = reader.CopyString(unescaped);
            }
        }
        Require(idLength > 0 && textLength >= 0);
        text.Begin(ParagraphKind.Paragraph, 0, id[..idLength]);
        text.Append(unescaped.AsSpan(0, textLength));
    }

    private static void RefuseRepeatedIds(DocumentTextBuilder text)
    {
        ParagraphSpan[] sorted = [.. text.Paragraphs];
        Array.Sort(sorted, text.CompareIds);
        for (int index = 1; index < sorted.Length; index++)
        {
            Require(text.CompareIds(sorted[index - 1], sorted[index]) != 0);
        }
    }

    // JSON, but not these paragraphs.
    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new DocumentRefusedException(DocumentRefusal.NotWhatItSays);
        }
    }
}
