using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>Erases what support holds of an account.</summary>
internal static class SupportErasure
{
    /// <summary>Closes all cases of an account: their keys and those of their shares are destroyed.</summary>
    /// <param name="owner">The account.</param>
    /// <param name="grains">The records silos.</param>
    /// <param name="cancellationToken">Observed before each call.</param>
    /// <returns>How many were closed.</returns>
    public static async Task<int> CloseAllAsync(SupportOwner owner, IGrainFactory grains, CancellationToken cancellationToken)
    {
        int closed = 0;
        foreach (SupportId id in await grains.GetGrain<IAccountCasesGrain>(owner.Account.ToGrainKey()).ListAsync(cancellationToken))
        {
            SupportResult result = await grains.GetGrain<ICaseGrain>(id.ToGrainKey()).CloseAsync(owner, cancellationToken);
            closed += result is SupportEnded ? 1 : 0;
        }
        return closed;
    }
}
