using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>The current text that a user agrees to before a document is shared. It comes with the program: a new text is a new version of both.</summary>
internal sealed class ConsentTexts
{
    private const string Resource = "Lethe.Control.Support.ConsentText.json";
    private readonly Dictionary<ConsentLanguage, string> texts = [];

    /// <summary>Initializes a new instance of the <see cref="ConsentTexts"/> class.</summary>
    public ConsentTexts()
    {
        using Stream stream =
            typeof(ConsentTexts).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("The consent text is missing.");
        using var file = JsonDocument.Parse(stream);
        VersionName = file.RootElement.GetProperty("version").GetString() ?? string.Empty;
        Version = DateOnly.ParseExact(VersionName, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (ConsentLanguage language in Enum.GetValues<ConsentLanguage>())
        {
            texts[language] =
                file.RootElement.GetProperty("texts").GetProperty(ToName(language)).GetString()
                ?? throw new InvalidOperationException("The consent text lacks a language.");
        }
    }

    /// <summary>Gets the version: the day from which the text holds.</summary>
    public DateOnly Version { get; }

    /// <summary>Gets the version as it is written.</summary>
    public string VersionName { get; }

    /// <summary>Gets the written form of a language.</summary>
    /// <param name="language">The language.</param>
    /// <returns><c>de</c>, <c>en</c>, <c>fr</c> or <c>it</c>.</returns>
    public static string ToName(ConsentLanguage language) =>
        language switch
        {
            ConsentLanguage.De => "de",
            ConsentLanguage.En => "en",
            ConsentLanguage.Fr => "fr",
            ConsentLanguage.It => "it",
            _ => throw new ArgumentOutOfRangeException(nameof(language)),
        };

    /// <summary>Hashes the text of a language.</summary>
    /// <param name="language">The language.</param>
    /// <returns>SHA-256 of its UTF-8, 32 bytes.</returns>
    public byte[] Hash(ConsentLanguage language) => SHA256.HashData(Encoding.UTF8.GetBytes(texts[language]));

    /// <summary>Makes the answer that a client shows.</summary>
    /// <returns>The version and, per language, text and hash.</returns>
    public ConsentTextResponse ToResponse() =>
        new(
            VersionName,
            (int)SupportLimits.ShareLifetime.TotalDays,
            [.. Enum.GetValues<SharePurpose>()],
            texts.ToDictionary(
                pair => ToName(pair.Key),
                pair => new ConsentTextVersion(pair.Value, Convert.ToHexStringLower(Hash(pair.Key))),
                StringComparer.Ordinal
            )
        );
}

/// <summary>The current consent text.</summary>
/// <param name="Version">Its version; send it back with the consent.</param>
/// <param name="MaxDays">How long a consent may hold.</param>
/// <param name="Purposes">The purposes to choose from.</param>
/// <param name="Texts">The text per language.</param>
internal sealed record ConsentTextResponse(
    string Version,
    int MaxDays,
    IReadOnlyList<SharePurpose> Purposes,
    IReadOnlyDictionary<string, ConsentTextVersion> Texts
);

/// <summary>The consent text in one language.</summary>
/// <param name="Text">The text.</param>
/// <param name="Sha256">SHA-256 of its UTF-8, 64 lower-case hex digits.</param>
internal sealed record ConsentTextVersion(string Text, string Sha256);
