using Lethe.Contracts.Sessions;
using Lethe.Gateway.Hosting;
using Lethe.Gateway.Models;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Sessions;

namespace Lethe.Gateway.Turns;

/// <summary>Runs one turn: opens what it needs, asks the model, passes the answer on, seals the turn and ends the lease.</summary>
internal sealed class TurnRun(SessionLeases leases, TurnPlanner planner, IModelRunner runner, GatewayMetrics metrics, TimeProvider clock)
{
    /// <summary>The most bytes of an answer that is passed on and remembered.</summary>
    public const int MaxAnswerBytes = 4 * 1024 * 1024;

    private const int SealAttempts = 8;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>Runs the turn. Ends the output exactly once, unless the client is gone.</summary>
    /// <param name="session">The session.</param>
    /// <param name="turn">What is asked.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="cancellationToken">The client's.</param>
    /// <returns>When the turn has ended.</returns>
    public async Task RunAsync(SessionContext session, TurnRequest turn, ITurnOutput output, CancellationToken cancellationToken)
    {
        string action = turn.Action.ToName();
        using SealedSession items = new(session.Id, session.Grain, turn.Key);
        Outcome<TurnPlan> planned = await planner.PlanAsync(session, items, turn, cancellationToken);
        if (!planned.Try(out TurnPlan? plan, out Problem? refusal))
        {
            metrics.TurnEnded(action, refusal.Code, 0);
            await output.FailedAsync(refusal);
            return;
        }
        Outcome<HeldLease> taken = await leases.TakeAsync(session, LeaseKind.Turn, plan.ReserveTokens, plan.LeastTokens, cancellationToken);
        if (!taken.Try(out HeldLease? lease, out refusal))
        {
            metrics.TurnEnded(action, refusal.Code, 0);
            await output.FailedAsync(refusal);
            return;
        }
        await using (lease)
        {
            Outcome<TurnMaterial> opened = await TurnMaterial.OpenAsync(items, plan.Documents, plan.Earlier, lease.Stopped);
            if (!opened.Try(out TurnMaterial? material, out refusal))
            {
                metrics.TurnEnded(action, refusal.Code, 0);
                await output.FailedAsync(refusal);
                return;
            }
            using (material)
            {
                await output.AcceptedAsync(plan.Documents.Count, plan.Earlier.Count, plan.EarlierLeftOut);
                await AnswerAsync(items, turn, plan, material, lease, output, cancellationToken);
            }
        }
    }

    private async Task AnswerAsync(
        SealedSession items,
        TurnRequest turn,
        TurnPlan plan,
        TurnMaterial material,
        HeldLease lease,
        ITurnOutput output,
        CancellationToken client
    )
    {
        using PlainWriter answer = new(MaxAnswerBytes);
        long left = lease.Taken.ReservedTokens - plan.PromptTokens;
        TurnProgress progress = new(clock.GetTimestamp()) { BudgetTokens = left < plan.MaxOutputTokens ? left : null };
        try
        {
            ModelRequest request = Prompts.Compose(turn, material, (int)Math.Min(left, plan.MaxOutputTokens));
            progress.Used = new ModelUsage(TokenEstimate.OfPrompt(request, plan.Routes.Input), 0, Measured: false);
            await using IAsyncEnumerator<ModelEvent> events = runner
                .RunAsync(plan.Routes, request, lease.Stopped)
                .GetAsyncEnumerator(lease.Stopped);
            while (await NextAsync(events, output))
            {
                await PassAsync(events.Current, answer, progress, output);
                if (progress.Ending is not null || progress.Failure is not null)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (lease.Stopped.IsCancellationRequested)
        {
            progress.Ending = "cancelled";
            progress.Failure = lease.Reason switch
            {
                StopReason.SessionGone => Problems.SessionGone,
                StopReason.Lapsed => Problems.LeaseLapsed,
                _ => null,
            };
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !client.IsCancellationRequested)
        {
            await lease.EndAsync(UsedBy(progress, answer)); // what the vendor has read is used, whatever became of the answer
            throw;
        }
        await EndAsync(items, turn, answer, progress, lease, output, client);
    }

    private static long UsedBy(TurnProgress progress, PlainWriter answer) =>
        progress.Used.PromptTokens + Math.Max(progress.Used.CompletionTokens, TokenEstimate.OfBytes(answer.Length));

    private async Task<bool> NextAsync(IAsyncEnumerator<ModelEvent> events, ITurnOutput output)
    {
        Task<bool> next = events.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            using CancellationTokenSource enough = new();
            Task silence = Task.Delay(Silence, clock, enough.Token);
            if (await Task.WhenAny(next, silence) == silence)
            {
                await output.KeepAliveAsync();
            }
            await enough.CancelAsync();
        }
        return await next;
    }

    private async Task PassAsync(ModelEvent happened, PlainWriter answer, TurnProgress progress, ITurnOutput output)
    {
        switch (happened)
        {
            case ModelReached reached:
                await output.RouteAsync(reached.Route);
                break;
            case ModelProgress done:
                await output.ProgressAsync(done);
                break;
            case TextDelta delta when TokenEstimate.OfBytes(answer.Length + delta.Utf8.Length) > progress.BudgetTokens:
                progress.Ending = "over_budget"; // also when a vendor does not keep to the limit that it was given
                break;
            case TextDelta delta when answer.TryWrite(delta.Utf8.Span):
                if (!progress.HasText)
                {
                    progress.HasText = true;
                    metrics.FirstText(clock.GetElapsedTime(progress.BeganAt));
                }
                await output.DeltaAsync(delta.Utf8);
                break;
            case TextDelta:
                progress.Ending = "length";
                break;
            case ModelUsage usage:
                progress.Used = usage;
                await output.UsageAsync(usage);
                break;
            case ModelFinished finished:
                // The budget was the limit that the answer has reached.
                bool budget = finished.Reason == FinishReason.Length && progress.BudgetTokens is not null;
                progress.Ending = budget ? "over_budget" : EndingOf(finished.Reason);
                break;
            case ModelFailed failed:
                progress.Failure = ToProblem(failed);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task EndAsync(
        SealedSession items,
        TurnRequest turn,
        PlainWriter answer,
        TurnProgress progress,
        HeldLease lease,
        ITurnOutput output,
        CancellationToken client
    )
    {
        long used = UsedBy(progress, answer);
        Outcome<TurnEnded> outcome;
        try
        {
            outcome = await SettleAsync(items, turn, answer, progress, lease, used);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            outcome = Problems.SessionsUnavailable; // the answer has ended, but nobody can say whether it is remembered
        }
        metrics.TurnEnded(turn.Action.ToName(), progress.Failure?.Code ?? progress.Ending ?? "upstream_cut", used);
        if (client.IsCancellationRequested)
        {
            return; // nobody listens any more
        }
        if (outcome.Try(out TurnEnded? ended, out Problem? problem))
        {
            await output.DoneAsync(ended);
            return;
        }
        await output.FailedAsync(problem);
    }

    private static async Task<Outcome<TurnEnded>> SettleAsync(
        SealedSession items,
        TurnRequest turn,
        PlainWriter answer,
        TurnProgress progress,
        HeldLease lease,
        long used
    )
    {
        string ending = progress.Ending ?? "upstream_cut";
        bool remembers = progress.Failure is null && answer.Length > 0 && ending is "complete" or "length";
        for (int attempt = 0; attempt < SealAttempts; attempt++)
        {
            Outcome<Manifest> read = await items.ReadManifestAsync(CancellationToken.None);
            if (!read.Try(out Manifest? manifest, out Problem? refusal))
            {
                return progress.Failure ?? refusal;
            }
            PutItem? remember = null;
            if (remembers)
            {
                using PlainBuffer plain = EarlierTurn.Write(turn.Instruction.Span, answer.Written.Span);
                int characters = TurnRequest.CountCharacters(turn.Instruction.Span) + TurnRequest.CountCharacters(answer.Written.Span);
                remember = items.Seal(manifest, ItemKind.Turn, (UInt128)(manifest.Turns + 1), plain.GetSpan(), characters);
            }
            switch (await lease.EndAsync(used, remember))
            {
                case ItemsChanged changed when progress.Failure is null:
                    return new TurnEnded(ending, remembers ? manifest.Turns + 1 : null, changed.Revision);
                case ItemsRefused { Reason: ItemsRefusal.ManifestMoved }:
                    continue;
                case ItemsRefused when progress.Failure is null:
                    return new TurnEnded(ending, Turn: null, manifest.Revision); // the session is full: answered, and said not to be remembered
                case LeaseEnded { Ending: LeaseEnding.Cancelled } when progress.Failure is null:
                    return new TurnEnded("cancelled", Turn: null, manifest.Revision);
                case LeaseEnded when progress.Failure is null:
                    return Problems.LeaseLapsed;
                case SessionGone:
                    return Problems.SessionGone;
                default:
                    return progress.Failure ?? Problems.Unforeseen;
            }
        }
        return Problems.SessionBusy;
    }

    private static string EndingOf(FinishReason reason) =>
        reason switch
        {
            FinishReason.Complete => "complete",
            FinishReason.Length => "length",
            FinishReason.Filtered => "filtered",
            _ => "upstream_cut",
        };

    /// <summary>Gets the problem that a model's failure is.</summary>
    /// <param name="failed">The failure.</param>
    /// <returns>The problem.</returns>
    internal static Problem ToProblem(ModelFailed failed)
    {
        string code = failed.Failure.ToCode();
        Problem problem = Problems.All.First(known => known.Code == code);
        return failed.RetryAfterSeconds > 0 ? problem with { RetryAfterSeconds = failed.RetryAfterSeconds } : problem;
    }

    private sealed class TurnProgress(long beganAt)
    {
        public long BeganAt { get; } = beganAt;

        /// <summary>Gets what the budget has left for the answer; null when that is more than an answer may have anyhow.</summary>
        public long? BudgetTokens { get; init; }

        public bool HasText { get; set; }

        public string? Ending { get; set; }

        public Problem? Failure { get; set; }

        public ModelUsage Used { get; set; } = new(0, 0, Measured: false);
    }
}
