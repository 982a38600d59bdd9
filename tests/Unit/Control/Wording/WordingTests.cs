using System.Text.RegularExpressions;
using Lethe.Control.Wording;
using Xunit;

namespace Lethe.UnitTests.Control.Wording;

public sealed partial class WordingTests
{
    [Fact]
    public void Languages_HaveTheSameKeysAndPlaceholders()
    {
        Dictionary<string, string> english = Shape("en");
        Assert.NotEmpty(english);
        foreach (string code in LanguageCodes.All)
        {
            Assert.Equal(english, Shape(code));
        }
    }

    [Fact]
    public void Texts_AreWrittenInTheirLanguage_AndGermanServesSwitzerlandToo()
    {
        foreach (string code in LanguageCodes.All)
        {
            Texts texts = Texts.Of(code);
            Assert.All(texts.Keys, key => Assert.NotEqual(string.Empty, texts[key].Trim()));
            Assert.All(texts.Keys, key => Assert.DoesNotContain('ß', texts[key]));
        }
    }

    [Theory]
    [InlineData(null, "en")]
    [InlineData("", "en")]
    [InlineData("de", "de")]
    [InlineData("de-CH", "de")]
    [InlineData("cs, fr;q=0.8, de;q=0.9", "de")]
    [InlineData("IT-ch;q=0.5, en;q=0.4", "it")]
    [InlineData("fr, de", "fr")]
    [InlineData("de;q=0, it;q=0.1", "it")]
    [InlineData("de;q=2, zz;q=nan, *", "en")]
    [InlineData(";;;,,,q=1", "en")]
    public void Language_IsChosenByTheHeader(string? header, string expected) => Assert.Equal(expected, LanguageCodes.Choose(header));

    [Fact]
    public void Value_WithPlaceholders_IsNotFilledAgain() =>
        Assert.Contains("{count}", Texts.Of("en").With("mail.valid.days", ("count", "{count}")), StringComparison.Ordinal);

    private static Dictionary<string, string> Shape(string code)
    {
        Texts texts = Texts.Of(code);
        Assert.Equal(code, texts.Code);
        return texts
            .Keys.Order(StringComparer.Ordinal)
            .ToDictionary(
                key => key,
                key => string.Join(',', Placeholder().Matches(texts[key]).Select(match => match.Value).Order(StringComparer.Ordinal)),
                StringComparer.Ordinal
            );
    }

    [GeneratedRegex("\\{[a-zA-Z]+\\}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();
}
