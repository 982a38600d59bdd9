using Lethe.Contracts.Sessions;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Sessions;

namespace Lethe.Gateway.Turns;

/// <summary>What a turn will do, decided before anything is sent.</summary>
/// <param name="Routes">Where it may run.</param>
/// <param name="Documents">The documents it works on.</param>
/// <param name="Earlier">The earlier turns that it knows.</param>
/// <param name="EarlierLeftOut">How many did not fit.</param>
/// <param name="MaxOutputTokens">The most tokens of its answer.</param>
/// <param name="PromptTokens">What is set aside for its prompt, rather more than it is.</param>
internal sealed record TurnPlan(
    RoutesChosen Routes,
    IReadOnlyList<ManifestEntry> Documents,
    IReadOnlyList<ManifestEntry> Earlier,
    int EarlierLeftOut,
    int MaxOutputTokens,
    long PromptTokens
)
{
    private const int LeastAnswerTokens = 64;

    /// <summary>Gets what is set aside for the turn.</summary>
    public long ReserveTokens => PromptTokens + MaxOutputTokens;

    /// <summary>Gets what has to be left of the budget for it: the prompt, and a few sentences of an answer.</summary>
    public long LeastTokens => PromptTokens + Math.Min(MaxOutputTokens, LeastAnswerTokens);
}

/// <summary>Decides what a turn will do from limits, routes and the manifest: no item is opened for it, and nothing is cut off to fit.</summary>
/// <param name="routes">The route table.</param>
internal sealed class TurnPlanner(IModelRoutes routes)
{
    private const int EarlierTurnsShare = 4; // earlier turns may take a quarter of the context
    private const int PromptBytes = 4096; // our rules and marks, rather more than they are

    /// <summary>Plans a turn.</summary>
    /// <param name="session">The session.</param>
    /// <param name="items">Its items.</param>
    /// <param name="turn">What is asked.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The plan; or the problem, before anything was sent or reserved.</returns>
    public async Task<Outcome<TurnPlan>> PlanAsync(
        SessionContext session,
        SealedSession items,
        TurnRequest turn,
        CancellationToken cancellationToken
    )
    {
        if (routes.FindClass(session.PolicyClass) is not { } policyClass)
        {
            return Problems.PolicyClassClosed;
        }
        if (routes.Choose(session.PolicyClass, turn.Action, turn.Model.Span, 0) is RouteRefused early)
        {
            return ToProblem(early);
        }
        ClassLimits limits = policyClass.Limits;
        int instruction = TurnRequest.CountCharacters(turn.Instruction.Span);
        int selection = TurnRequest.CountCharacters(turn.Selection.Span);
        if (instruction > limits.InstructionCharacters)
        {
            return Problems.TextTooLong.With("instructionCharacters", limits.InstructionCharacters);
        }
        if (selection > limits.SelectionCharacters)
        {
            return Problems.TextTooLong.With("selectionCharacters", limits.SelectionCharacters);
        }
        Outcome<Manifest> read = await items.ReadManifestAsync(cancellationToken);
        if (!read.Try(out Manifest? manifest, out Problem? refusal))
        {
            return refusal;
        }
        Outcome<IReadOnlyList<ManifestEntry>> chosen = TurnMaterial.Choose(manifest, turn);
        if (!chosen.Try(out IReadOnlyList<ManifestEntry>? documents, out refusal))
        {
            return refusal;
        }
        if (documents.Count == 0 && selection == 0 && turn.Action != ModelAction.Draft)
        {
            return Problems.NothingToWorkOn;
        }
        if (documents.Count > limits.DocumentsPerTurn)
        {
            return Problems.TextTooLong.With("documentsPerTurn", limits.DocumentsPerTurn);
        }
        long characters = instruction + selection + documents.Sum(entry => (long)entry.Characters);
        if (characters > limits.ContextCharacters)
        {
            return Problems.TextTooLong.With("contextCharacters", limits.ContextCharacters);
        }
        RouteChoice choice = routes.Choose(session.PolicyClass, turn.Action, turn.Model.Span, characters);
        if (choice is not RoutesChosen routesChosen)
        {
            return ToProblem((RouteRefused)choice);
        }
        return Plan(manifest, documents, routesChosen, limits, characters, turn.Instruction.Length + turn.Selection.Length);
    }

    private static TurnPlan Plan(
        Manifest manifest,
        IReadOnlyList<ManifestEntry> documents,
        RoutesChosen chosen,
        ClassLimits limits,
        long characters,
        long turnBytes
    )
    {
        long room = 0;
        if (chosen.Input == ModelInput.Messages)
        {
            long context = Math.Min(limits.ContextCharacters, chosen.First.Limits.ContextCharacters);
            room = Math.Min(context - characters, context / EarlierTurnsShare);
        }
        List<ManifestEntry> turns = [.. manifest.Entries.Where(entry => entry.Kind == ItemKind.Turn).OrderBy(entry => entry.Id)];
        List<ManifestEntry> earlier = [];
        for (int index = turns.Count - 1; index >= 0 && turns[index].Characters <= room; index--)
        {
            earlier.Insert(0, turns[index]);
            room -= turns[index].Characters;
        }
        int output = Math.Min(limits.MaxOutputTokens, chosen.First.Limits.MaxOutputTokens);
        long bytes = documents.Concat(earlier).Sum(entry => (long)entry.Bytes) + turnBytes + PromptBytes;
        return new TurnPlan(chosen, documents, earlier, turns.Count - earlier.Count, output, TokenEstimate.OfBytes(bytes));
    }

    /// <summary>Gets the problem that a refusal of routes is.</summary>
    /// <param name="refused">The refusal.</param>
    /// <returns>The problem.</returns>
    internal static Problem ToProblem(RouteRefused refused) =>
        refused.Reason switch
        {
            RouteRefusal.ActionNotSupported => Problems.ActionNotSupported,
            RouteRefusal.ModelNotFound => Problems.ModelNotFound,
            RouteRefusal.ContextTooLarge => Problems.TextTooLong.With("contextCharacters", refused.Limit),
            _ => Problems.NoCompliantRoute,
        };
}
