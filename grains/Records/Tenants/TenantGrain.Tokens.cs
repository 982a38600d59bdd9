using System.Collections.Immutable;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.Records.Storage;

namespace Lethe.Records.Tenants;

/// <content>The tenant's quota of session tokens.</content>
internal sealed partial class TenantGrain
{
    private const int MostAtOnce = 100;

    /// <inheritdoc/>
    public async Task<TenantResult> ReserveTokensAsync(ReserveTokens command, CancellationToken cancellationToken)
    {
        Check(command.Count);
        if (await ElsewhereAsync(cancellationToken) is { } route)
        {
            return route;
        }
        Role roles = State.RolesOf(command.Account);
        bool visitor = roles == Role.None && IsVisitor(command.Account, command.VisitorOf);
        if (roles == Role.None && !visitor)
        {
            return new MemberUnknown();
        }
        if (!visitor && (roles & (Role.Member | Role.Owner)) == Role.None)
        {
            return new TokensRefused(TokensRefusal.NotAllowed, 0);
        }
        DateTimeOffset now = clock.GetUtcNow();
        long epoch = tokens.Value.EpochAt(now);
        if (command.Epoch != epoch || epoch < State.Epoch)
        {
            return new TokensRefused(TokensRefusal.UnknownKey, 0);
        }
        int perAccount = State.Quota?.PerAccount ?? tokens.Value.AccountTokensPerEpoch;
        int perTenant = State.Quota?.PerTenant ?? tokens.Value.TenantTokensPerEpoch;
        int drawn = State.Epoch == epoch ? State.Drawn : 0;
        int count = Math.Min(command.Count, perTenant - drawn);
        if (count <= 0)
        {
            return new TokensRefused(TokensRefusal.TenantQuotaSpent, tokens.Value.SecondsLeft(now));
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await stored.CommitAsync(
            State with
            {
                Epoch = epoch,
                Drawn = drawn + count,
                Days = Count(DateOnly.FromDateTime(now.UtcDateTime), count),
                Members = Drew(command.Account, epoch),
            }
        );
        return new TokensReserved(count, Class(), perAccount);
    }

    /// <inheritdoc/>
    public async Task ReleaseTokensAsync(long epoch, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (State.Epoch != epoch || State.Standing is not TenantStanding.Here)
        {
            return;
        }
        cancellationToken.ThrowIfCancellationRequested();
        DateOnly today = State.Days.Length > 0 ? State.Days[^1].Day : DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await stored.CommitAsync(State with { Drawn = Math.Max(0, State.Drawn - count), Days = Count(today, -count) });
    }

    /// <inheritdoc/>
    public async Task CountDrawerAsync(long epoch, CancellationToken cancellationToken)
    {
        if (State.Standing is not TenantStanding.Here || epoch < State.DrawersEpoch)
        {
            return;
        }
        cancellationToken.ThrowIfCancellationRequested();
        await stored.CommitAsync(
            epoch == State.DrawersEpoch
                ? State with
                {
                    Drawers = State.Drawers + 1,
                }
                : State with
                {
                    DrawersEpoch = epoch,
                    Drawers = 1,
                    DrawersBefore = epoch == State.DrawersEpoch + 1 ? State.Drawers : 0,
                }
        );
    }

    /// <inheritdoc/>
    public Task<int> DrawersAsync(long epoch, CancellationToken cancellationToken) =>
        Task.FromResult(
            State.Standing is not TenantStanding.Here ? 0
            : epoch == State.DrawersEpoch ? State.Drawers
            : epoch == State.DrawersEpoch - 1 ? State.DrawersBefore
            : 0
        );

    private static void Check(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostAtOnce);
    }

    private ImmutableArray<StoredDay> Count(DateOnly day, int tokensMore)
    {
        ImmutableArray<StoredDay> days = State.Days;
        ImmutableArray<StoredDay> counted =
            days.Length > 0 && days[^1].Day == day
                ? days.SetItem(days.Length - 1, new(day, Math.Max(0, days[^1].Tokens + tokensMore)))
                : days.Add(new(day, Math.Max(0, tokensMore)));
        int surplus = counted.Length - options.Value.DaysOfUse;
        return surplus > 0 ? counted.RemoveRange(0, surplus) : counted;
    }
}
