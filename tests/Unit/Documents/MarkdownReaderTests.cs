using Lethe.Gateway.Documents.Reading;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class MarkdownReaderTests
{
    [Fact]
    public async Task Read_Blocks_AreRecognisedAndTheirTextKept()
    {
        DocumentRead read = await Reading.ReadAsync(
            """
            # Vertrag #

            Erster **Absatz**
            zweite Zeile
            ## § 1 Zweck
            - eins
              weiter
            - zwei
                1. innen

            | Posten | Betrag |
            |:--- | ---: |
            | Miete | 900 € |
            |Strom|50 €|

            Unterstrichen
            ===

            ---
            > Zitat
            ```
            # kein Titel
            ```
            """,
            DocumentKind.Markdown
        );

        Assert.Equal(
            [
                (ParagraphKind.Heading, 1, "Vertrag"),
                (ParagraphKind.Paragraph, 0, "Erster **Absatz**\nzweite Zeile"),
                (ParagraphKind.Heading, 2, "§ 1 Zweck"),
                (ParagraphKind.ListItem, 1, "- eins\nweiter"),
                (ParagraphKind.ListItem, 1, "- zwei"),
                (ParagraphKind.ListItem, 3, "1. innen"),
                (ParagraphKind.TableRow, 0, "Posten | Betrag"),
                (ParagraphKind.TableRow, 0, "Miete | 900 €"),
                (ParagraphKind.TableRow, 0, "Strom | 50 €"),
                (ParagraphKind.Heading, 1, "Unterstrichen"),
                (ParagraphKind.Paragraph, 0, "> Zitat"),
                (ParagraphKind.Paragraph, 0, "# kein Titel"),
            ],
            read.Outline()
        );
        Assert.Contains(
            "- eins\nweiter\n- zwei\n1. innen\n\nPosten | Betrag\nMiete | 900 €\nStrom | 50 €\n\nUnterstrichen",
            read.Text(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Read_MarksWithoutText_DoNoHarm()
    {
        foreach (string text in (string[])["#", "```", "|", "||", "| |\n|-|", "1.", "-", "~~~\n\n~~~", "===\n==="])
        {
            _ = await Reading.Readers.ReadAsync(
                System.Text.Encoding.UTF8.GetBytes(text),
                DocumentKind.Markdown,
                TestContext.Current.CancellationToken
            );
        }
    }

    [Fact]
    public async Task Read_LineThatBeginsWithANumber_GoesOnWithItsSentence()
    {
        DocumentRead read = await Reading.ReadAsync(
            "Zwangsgeld (§ 57 Abs.\n3) ist am\n31. Mai fällig:\n1. eins\n2. zwei",
            DocumentKind.Markdown
        );
        Assert.Equal(["Zwangsgeld (§ 57 Abs.\n3) ist am\n31. Mai fällig:", "1. eins", "2. zwei"], read.Paragraphs());
    }
}
