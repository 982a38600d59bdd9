using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lethe.Client;

/// <summary>Reads a turn's answer and holds it to exactly one ending, so that a cut answer never looks whole.</summary>
internal static class TurnStream
{
    private static readonly HashSet<string> Endings = ["complete", "length", "cancelled", "filtered", "over_budget", "upstream_cut"];

    public static async IAsyncEnumerable<TurnEvent> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TurnEvent? ending = null;
        await using IAsyncEnumerator<SseItem<JsonElement>> items = SseParser
            .Create(stream, (_, data) => Answers.Read<JsonElement>(data))
            .EnumerateAsync(cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(items))
        {
            TurnEvent happened = new(items.Current.EventType, items.Current.Data);
            if (ending is not null)
            {
                throw ProblemException.Of("answer_invalid", "The turn went on after its end.");
            }
            if (happened.Name is "done" or "error")
            {
                ending = happened; // told when nothing follows it
                continue;
            }
            yield return happened;
        }
        yield return Checked(ending);
    }

    public static async Task<TurnAnswer> ReadWholeAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        TurnAnswer answered;
        try
        {
            answered = await Answers.ReadAsync<TurnAnswer>(answer, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw Cut();
        }
        return Endings.Contains(answered.Ending) ? answered : throw UnknownEnding();
    }

    private static TurnEvent Checked(TurnEvent? ending) =>
        ending switch
        {
            null => throw Cut(),
            { Name: "error" } => throw ProblemException.Read(ending.Data),
            _ when ending.Ending is { } name && Endings.Contains(name) => ending,
            _ => throw UnknownEnding(),
        };

    private static async ValueTask<bool> MoveAsync(IAsyncEnumerator<SseItem<JsonElement>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw Cut();
        }
    }

    private static ProblemException UnknownEnding() =>
        ProblemException.Of("answer_invalid", "The turn ended in a way that this client does not know.");

    private static ProblemException Cut() => ProblemException.Of("stream_cut", "The answer broke off before its end.");
}
