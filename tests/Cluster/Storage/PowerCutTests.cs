using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Xunit;

namespace Lethe.ClusterTests.Storage;

/// <summary>A server of its own: what is killed here would leave broken connections in the pools of other tests.</summary>
public sealed class PowerCutTests(PostgresSilo postgres) : IClassFixture<PostgresSilo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ledger_AfterThePowerOfTheServerWasCut_HasEveryConfirmedEntryAndGoesOn()
    {
        ILedgerGrain ledger = postgres.Silo.Grains.GetGrain<ILedgerGrain>("t/kanzlei-strom");
        for (int number = 1; number <= 5; number++)
        {
            await ledger.AppendAsync(new(LedgerEvent.CaseRead, null, $"case-{number}", null), Cancellation);
        }

        await postgres.Server.KillAsync();
        await Assert.ThrowsAsync<GrainFault>(() => ledger.AppendAsync(new(LedgerEvent.CaseRead, null, "lost", null), Cancellation));
        await postgres.Server.StartAgainAsync(Cancellation);
        Assert.Equal(6, await AppendPatientlyAsync(ledger));
        LedgerPage page = await ledger.ReadAsync(1, 10, Cancellation);
        Assert.Equal((6, true), (page.Lines.Count, page.ChainHolds));
    }

    // The pool finds its broken connections one by one, each by a call that fails.
    private static async Task<long> AppendPatientlyAsync(ILedgerGrain ledger)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return (await ledger.AppendAsync(new(LedgerEvent.CaseRead, null, "case-6", null), Cancellation)).Sequence;
            }
            catch (GrainFault) when (attempt < 50)
            {
                // the next attempt takes another connection
            }
        }
    }
}
