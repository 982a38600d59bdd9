using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Lethe.Gateway.Documents.Reading;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.Extractive;
using Lethe.TestKit.Documents;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.UnitTests.Models;

public sealed class ExtractiveTests
{
    private static string Own(string name) => File.ReadAllText(Path.Combine(RepositoryFolder.Documents, name));

    public static TheoryData<string> TextDocuments() =>
        [.. RepositoryFolder.AllDocuments().Where(file => Path.GetExtension(file) is ".md" or ".txt").Select(Path.GetFullPath)];

    [Theory]
    [MemberData(nameof(TextDocuments))]
    public async Task Summary_OfRealDocument_IsItsOwnSentences(string file)
    {
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        long begun = Stopwatch.GetTimestamp();
        string answer = await RunAsync(text, ModelAction.Summarise);
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(20)); // 2.2 MB take half a second on an idle core
        string[] items = Items(answer);
        Assert.InRange(items.Length, 3, 25);
        string plain = Plain(text);
        foreach (string item in items)
        {
            Assert.Contains(Plain(Regex.Replace(item, @" \([^()]*\)$", "")), plain, StringComparison.Ordinal);
            Assert.DoesNotContain("http", item, StringComparison.Ordinal);
            Assert.DoesNotContain("weggefallen", item, StringComparison.Ordinal);
            Assert.DoesNotContain("|", item, StringComparison.Ordinal);
            Assert.InRange(item.Length, 25, 1200);
        }
        Assert.Equal(items.Length, items.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("de-mietvertrag.md", "Die wichtigsten Sätze")]
    [InlineData("en-services-agreement.md", "The most important sentences")]
    public async Task Summary_SpeaksTheDocumentsLanguage(string name, string beginning) =>
        Assert.StartsWith(beginning, await RunAsync(Own(name), ModelAction.Summarise), StringComparison.Ordinal);

    [Fact]
    public async Task Summary_SameText_SameAnswer() =>
        Assert.Equal(
            await RunAsync(Own("de-mietvertrag.md"), ModelAction.Summarise),
            await RunAsync(Own("de-mietvertrag.md"), ModelAction.Summarise)
        );

    [Theory]
    [InlineData("Fasse den Vertrag in drei Sätzen zusammen.", 3)]
    [InlineData("Summarise this in 2 sentences", 2)]
    public async Task Summary_WithNumberOfSentences_HasThatMany(string instruction, int sentences) =>
        Assert.Equal(sentences, Items(await RunAsync(Own("de-mietvertrag.md"), ModelAction.Summarise, instruction)).Length);

    [Theory]
    [InlineData("")]
    [InlineData("   \n\n")]
    [InlineData("# Nur eine Überschrift\n\n| a | b |\n|---|---|\n| 1 | 2 |")]
    [InlineData("ein wort")]
    [InlineData("\u0000\u0001 �")]
    public async Task Summary_OfTextWithoutSentences_SaysSo(string text) =>
        Assert.Empty(Items(await RunAsync(text, ModelAction.Summarise)));

    [Fact]
    public async Task Answer_FindsWhatIsAskedFor_AlsoByCompoundAndKin()
    {
        const string Contract = """
            # Arbeitsvertrag

            § 1 Beginn

            Das Arbeitsverhältnis beginnt am 1. Januar 2026 und ist unbefristet.

            § 2 Kündigung

            Das Arbeitsverhältnis kann mit einer Kündigungsfrist von drei Monaten zum Quartalsende gekündigt werden.
            Die Kündigung bedarf der Schriftform.

            § 3 Vergütung

            Die Arbeitnehmerin erhält eine monatliche Vergütung von 5.400 Euro brutto. Überstunden werden nicht gesondert bezahlt.
            """;
        Assert.Contains(
            "drei Monaten zum Quartalsende",
            await RunAsync(Contract, ModelAction.Ask, "Welche Frist gilt für die Kündigung?"),
            StringComparison.Ordinal
        );
        Assert.Contains("5.400 Euro", await RunAsync(Contract, ModelAction.Ask, "Wie hoch ist das Gehalt?"), StringComparison.Ordinal);
        Assert.Contains("(§ 3)", await RunAsync(Contract, ModelAction.Ask, "How much is the salary?"), StringComparison.Ordinal);
        Assert.Equal(
            "Im Text wurde kein Satz gefunden, der darauf antwortet.\n",
            await RunAsync(Contract, ModelAction.Ask, "Wer ist der Torwart?")
        );
    }

    [Fact]
    public async Task Answer_ToWordsOfAHeading_IsWhatStandsBelowIt_Once()
    {
        const string minutes = """
            # Minutes

            ## 4. Conflict of interest

            Daniel Pryce declared that his brother owns a share in the landlord.

            ## 5. Costs of the lease

            The company bears the fees of the notary up to 300 euros.

            ## 6. Costs of the lease, other form

            The company bears the fees of the notary up to 300 euros.

            The company bears the fees of the notary up to 400 euros.
            """;
        Assert.Contains(
            "Daniel Pryce declared",
            await RunAsync(minutes, ModelAction.Ask, "Who has a conflict of interest?"),
            StringComparison.Ordinal
        );
        string costs = await RunAsync(minutes, ModelAction.Ask, "Who bears the fees of the notary?");
        Assert.Equal(2, costs.Split("The company bears").Length - 1);
    }

    [Theory]
    [InlineData("Nach § 5 Abs. 2 Nr. 3 S. 1 i.V.m. Art. 4 gilt dies. Der Mieter zahlt z. B. die Miete am 1. Januar. Ende ist es nicht.", 3)]
    [InlineData("Acme Inc. Delivers goods under No. 5 (see Sec. 2.1. Terms) to Mr. Smith. The U.S. Government pays.", 2)]
    [InlineData("Das BVerfG, Beschl. v. 3. März 2020 – 1 BvR 2/19, Rn. 5 ff., entschied so. Die R … GmbH verlor.", 2)]
    [InlineData("Er fragte: „Gilt das?“ Sie sagte: „Ja.“ Dann ging er.", 3)]
    public void Split_LegalText_EndsWhereSentencesEnd(string text, int sentences)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        List<int> ends = [];
        SentenceSplitter.Split(utf8, new TextBlock(0, utf8.Length, 0, 0, BlockKind.Paragraph, -1), WordLists.Guess(utf8), ends);
        Assert.Equal(sentences, ends.Count);
    }

    [Theory]
    [InlineData("Der Vermieter ist verpflichtet, die Sache zu überlassen.", "De")]
    [InlineData("The parties shall keep this information confidential.", "En")]
    [InlineData("Le bailleur est tenu de remettre la chose dans un bon état.", "Fr")]
    [InlineData("Il locatore è tenuto a consegnare la cosa in buono stato.", "It")]
    public void Guess_ByStopWords_FindsTheLanguage(string text, string language) =>
        Assert.Equal(language, WordLists.Guess(Encoding.UTF8.GetBytes(text)).ToString());

    [Fact]
    public void Supports_WhatItCannotDo_IsRefusedByName()
    {
        using ExtractiveProtocol protocol = new(Options.Create(new ModelOptions()));
        Assert.Equal([ModelAction.Summarise, ModelAction.Ask], ModelActions.OfTurns.Where(protocol.Supports));
    }

    [Fact]
    public async Task Run_ReaderKnowsTheTable_RowsAreNotChosen()
    {
        const string Row = "Der Mieter zahlt eine Miete von 900 Euro an den Vermieter jeden Monat.";
        const string Text = "Der Vermieter überlässt dem Mieter die Wohnung im zweiten Stock.";
        byte[] utf8 = Encoding.UTF8.GetBytes(Row + "\n\n" + Text);
        int at = Encoding.UTF8.GetByteCount(Row) + 2;
        ParagraphSpan[] paragraphs =
        [
            new(0, at - 2, ParagraphKind.TableRow, 0, 0, 0),
            new(at, utf8.Length - at, ParagraphKind.Paragraph, 0, 0, 0),
        ];
        string answer = await RunAsync(new MaterialText(utf8, paragraphs), ModelAction.Summarise, "");
        Assert.Equal([Text], Items(answer));
    }

    private static string[] Items(string answer) =>
        [.. answer.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line[2..])];

    // Without Markdown and with single blanks, as the model writes.
    private static string Plain(string text) =>
        Regex.Replace(
            Regex
                .Replace(text, "\\*\\*|__|`|</?[a-zA-Z][^>]{0,198}>|\\\\(?=[^a-zA-Z0-9])", "")
                .Replace("&sect;", "§ ", StringComparison.Ordinal),
            @"\s+",
            " "
        );

    private static Task<string> RunAsync(string text, ModelAction action, string instruction = "") =>
        RunAsync(new MaterialText(Encoding.UTF8.GetBytes(text)), action, instruction);

    private static async Task<string> RunAsync(MaterialText text, ModelAction action, string instruction)
    {
        using ExtractiveProtocol protocol = new(Options.Create(new ModelOptions()));
        ModelRequest request = new()
        {
            Action = action,
            MaxOutputTokens = 8000,
            Material = new ModelMaterial([text], Encoding.UTF8.GetBytes(instruction), default),
        };
        StringBuilder answer = new();
        ModelEvent? last = null;
        await foreach (ModelEvent happened in protocol.RunAsync(null!, request, TestContext.Current.CancellationToken))
        {
            last = happened;
            if (happened is TextDelta delta)
            {
                answer.Append(Encoding.UTF8.GetString(delta.Utf8.Span));
            }
        }
        Assert.Equal(new ModelFinished(FinishReason.Complete), last);
        return answer.ToString();
    }
}
