using System.Collections.Immutable;

namespace Lethe.Contracts.Support;

/// <summary>The ids of an account's own cases, so that they can be listed, exported and erased. Grain key: <c>u/{account id}</c>.</summary>
[GrainInterfaceType("account-cases")]
public interface IAccountCasesGrain : IGrainWithStringKey
{
    /// <summary>Enters a case. Repeating it changes nothing. Called by the case's grain.</summary>
    /// <param name="id">The case.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>False when the account has as many cases as it may have.</returns>
    [Alias("add")]
    Task<bool> AddAsync(SupportId id, CancellationToken cancellationToken);

    /// <summary>Removes a case. Repeating it changes nothing. Called by the case's grain.</summary>
    /// <param name="id">The case.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is stored.</returns>
    [Alias("remove")]
    Task RemoveAsync(SupportId id, CancellationToken cancellationToken);

    /// <summary>Lists the cases, oldest first.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>Their ids; some may be over by now.</returns>
    [Alias("list")]
    Task<ImmutableArray<SupportId>> ListAsync(CancellationToken cancellationToken);
}
