using System.Text;
using Lethe.Client;
using Xunit;

namespace Lethe.UnitTests.Client;

public sealed class TurnStreamTests
{
    private const string Start =
        "event: accepted\ndata: {\"documents\":1,\"earlierTurns\":0,\"earlierTurnsLeftOut\":0}\n\n"
        + "event: route\ndata: {\"route\":\"r1\",\"vendor\":\"v\",\"model\":\"m\",\"country\":\"DE\",\"retention\":\"none\"}\n\n"
        + ": ping\n\n"
        + "event: progress\ndata: {\"done\":1,\"total\":3}\n\n"
        + "event: edit\ndata: {\"later\":true}\n\n"
        + "event: delta\ndata: {\"text\":\"Grüezi \"}\n\n"
        + "event: delta\ndata: {\"text\":\"Welt\"}\n\n"
        + "event: usage\ndata: {\"promptTokens\":7,\"completionTokens\":2,\"measured\":true}\n\n";

    private const string Done = "event: done\ndata: {\"turn\":1,\"revision\":2,\"ending\":\"complete\"}\n\n";

    [Fact]
    public async Task Read_WholeTurn_GivesEachEventAndOneEnding()
    {
        List<TurnEvent> events = await ReadAsync(Start + Done);
        Assert.Equal("accepted route progress edit delta delta usage done", string.Join(' ', events.Select(happened => happened.Name)));
        Assert.Equal("Grüezi Welt", string.Concat(events.Select(happened => happened.Text)));
        Assert.Equal("complete", events[^1].Ending);
        Assert.All(events.SkipLast(1), happened => Assert.Null(happened.Ending));
    }

    [Fact]
    public async Task Read_WithoutEnding_Throws() => await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Start));

    [Fact]
    public async Task Read_HalfAnEnding_Throws() => await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Start + Done[..^2]));

    [Fact]
    public async Task Read_TwoEndings_Throws() => await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Start + Done + Done));

    [Fact]
    public async Task Read_TextAfterTheEnding_Throws() =>
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Done + "event: delta\ndata: {\"text\":\"x\"}\n\n"));

    [Fact]
    public async Task Read_MalformedData_ThrowsWithoutQuotingIt()
    {
        ProblemException fault = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync("event: delta\ndata: {\"text\":secret\n\n"));
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ErrorEnding_ThrowsTheProblem()
    {
        ProblemException problem = await Assert.ThrowsAsync<ProblemException>(() =>
            ReadAsync(
                Start
                    + "event: error\ndata: {\"type\":\"urn:lethe:problem:upstream_error\",\"title\":\"No\",\"status\":502,\"code\":\"upstream_error\"}\n\n"
            )
        );
        Assert.Equal((502, "upstream_error"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Read_UnknownEnding_Throws() =>
        await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(Done.Replace("complete", "perhaps", StringComparison.Ordinal)));

    private static async Task<List<TurnEvent>> ReadAsync(string text)
    {
        List<TurnEvent> events = [];
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await foreach (TurnEvent next in TurnStream.ReadAsync(stream, default))
        {
            events.Add(next);
        }
        return events;
    }
}
