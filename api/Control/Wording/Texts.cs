using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Lethe.Control.Wording;

/// <summary>All texts of one language, by dotted key. They are ours: what goes into a placeholder is encoded by whoever shows it.</summary>
public sealed class Texts
{
    private static readonly FrozenDictionary<string, Texts> Loaded = LanguageCodes.All.ToFrozenDictionary(
        code => code,
        code => new Texts(code),
        StringComparer.Ordinal
    );

    private readonly FrozenDictionary<string, string> texts;

    private Texts(string code)
    {
        Code = code;
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        using Stream stream =
            typeof(Texts).Assembly.GetManifestResourceStream($"Lethe.Control.Wording.{code}")
            ?? throw new InvalidOperationException("A language has no texts.");
        using JsonDocument document = JsonDocument.Parse(stream);
        Flatten(document.RootElement, string.Empty, found);
        texts = found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Gets the language.</summary>
    public string Code { get; }

    /// <summary>Gets the keys.</summary>
    public IEnumerable<string> Keys => texts.Keys;

    /// <summary>Gets a text without placeholders.</summary>
    /// <param name="key">Its key.</param>
    /// <exception cref="KeyNotFoundException">The key does not exist; a test looks for that.</exception>
    public string this[string key] =>
        texts.TryGetValue(key, out string? text) ? text : throw new KeyNotFoundException($"No text has the key {key}.");

    /// <summary>Gets the texts of a language.</summary>
    /// <param name="code">One of <see cref="LanguageCodes.All"/>; for any other, those of the default.</param>
    /// <returns>The texts.</returns>
    public static Texts Of(string code) => Loaded.TryGetValue(code, out Texts? texts) ? texts : Loaded[LanguageCodes.Default];

    /// <summary>Fills a text's placeholders.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="values">What stands for <c>{name}</c>. A value is not searched for placeholders again.</param>
    /// <returns>The text.</returns>
    public string With(string key, params ReadOnlySpan<(string Name, string Value)> values)
    {
        string text = this[key];
        StringBuilder filled = new(text.Length + 32);
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            int close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }
            filled.Append(text, at, open - at).Append(Find(values, text.AsSpan(open + 1, close - open - 1)));
            at = close + 1;
        }
        return filled.Append(text, at, text.Length - at).ToString();
    }

    private static string Find(ReadOnlySpan<(string Name, string Value)> values, ReadOnlySpan<char> name)
    {
        foreach ((string candidate, string value) in values)
        {
            if (name.SequenceEqual(candidate))
            {
                return value;
            }
        }
        throw new KeyNotFoundException($"No value is given for the placeholder {name}.");
    }

    private static void Flatten(JsonElement element, string key, Dictionary<string, string> found)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            found.Add(key, element.GetString()!);
            return;
        }
        foreach (JsonProperty property in element.EnumerateObject())
        {
            Flatten(property.Value, key.Length == 0 ? property.Name : $"{key}.{property.Name}", found);
        }
    }
}
