using System.Text;
using Lethe.Gateway.Documents.Reading;
using Xunit;

namespace Lethe.UnitTests.Documents;

public sealed class ParagraphsReaderTests
{
    [Fact]
    public async Task Read_Paragraphs_KeepTheirIds()
    {
        DocumentRead read = await Reading.ReadAsync(
            """[{"id":"7A1B-1","text":"Erster \u00dcbertrag\n\"ja\" 😀"},{"text":"","id":"leer"},{"id":"x:2","text":"Zweiter"}]""",
            DocumentKind.Paragraphs
        );

        Assert.Equal(["Erster Übertrag\n\"ja\" 😀", "Zweiter"], read.Paragraphs());
        Assert.Equal(
            ["7A1B-1", "x:2"],
            read.Text.Paragraphs.Select(paragraph => Encoding.ASCII.GetString(read.Text.IdOf(paragraph).Span)),
            StringComparer.Ordinal
        );
    }

    [Theory]
    [InlineData("{}", DocumentRefusal.NotWhatItSays)]
    [InlineData("1", DocumentRefusal.NotWhatItSays)]
    [InlineData("[1]", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"text":"a"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":1,"text":"a"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a","text":null}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a","text":"b","text":"c"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a","text":"b","more":1}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"ä","text":"b"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"","text":"b"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a","text":"b"},{"id":"a","text":"c"}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a","text":"b"}""", DocumentRefusal.Damaged)]
    [InlineData("""[{"id":"a","text":"b"},]""", DocumentRefusal.Damaged)]
    [InlineData("""[] []""", DocumentRefusal.Damaged)]
    [InlineData("""[{"id":"a","text":"\ud800"}]""", DocumentRefusal.Damaged)]
    [InlineData("""[[[[[[[[]]]]]]]]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("""[{"id":"a","text":{"b":{"c":{"d":1}}}}]""", DocumentRefusal.NotWhatItSays)]
    [InlineData("[]", DocumentRefusal.Empty)]
    [InlineData("[/* */]", DocumentRefusal.Damaged)]
    public async Task Read_AnythingElse_IsRefused(string json, DocumentRefusal reason) =>
        Assert.Equal(reason, await Reading.RefuseAsync(Encoding.UTF8.GetBytes(json), DocumentKind.Paragraphs));
}
