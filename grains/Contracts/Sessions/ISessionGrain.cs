using Orleans.Concurrency;

namespace Lethe.Contracts.Sessions;

/// <summary>
/// One anonymous user's session: sealed items, the one running turn, a budget and an expiry, in memory only.
/// Grain key: the session id, 32 lower-case hex digits. A session that is gone answers <see cref="SessionGone"/> to everything.
/// </summary>
[GrainInterfaceType("session")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>Spends the token and opens the session. The token is lost even if the answer is.</summary>
    /// <param name="command">The verified token and what it buys.</param>
    /// <param name="cancellationToken">Observed until the token is spent.</param>
    /// <returns><see cref="SessionOpened"/> or <see cref="SessionRefused"/>.</returns>
    [Alias("open")]
    Task<OpenSessionResult> OpenAsync(OpenSession command, CancellationToken cancellationToken);

    /// <summary>Describes the session without content.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="SessionDescribed"/> or <see cref="SessionGone"/>.</returns>
    [Alias("describe")]
    Task<SessionResult> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Reads the sealed manifest, to be changed and handed back with its revision.</summary>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="ManifestRead"/> or <see cref="SessionGone"/>.</returns>
    [Alias("read-manifest")]
    Task<SessionResult> ReadManifestAsync(CancellationToken cancellationToken);

    /// <summary>Puts one sealed item and the manifest that knows it, both or neither.</summary>
    /// <param name="command">The item and the manifest.</param>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns><see cref="ItemsChanged"/>, <see cref="ItemsRefused"/> or <see cref="SessionGone"/>.</returns>
    [Alias("put-item")]
    Task<SessionResult> PutItemAsync(PutItem command, CancellationToken cancellationToken);

    /// <summary>Removes one item, zeroes it and puts the manifest that no longer knows it.</summary>
    /// <param name="command">The item and the manifest.</param>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns><see cref="ItemsChanged"/>, <see cref="ItemsRefused"/> or <see cref="SessionGone"/>.</returns>
    [Alias("remove-item")]
    Task<SessionResult> RemoveItemAsync(RemoveItem command, CancellationToken cancellationToken);

    /// <summary>Reads one sealed item.</summary>
    /// <param name="kind">What the item is.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="ItemRead"/>, <see cref="ItemMissing"/> or <see cref="SessionGone"/>.</returns>
    [Alias("read-item")]
    Task<SessionResult> ReadItemAsync(ItemKind kind, UInt128 id, CancellationToken cancellationToken);

    /// <summary>
    /// Settles calls that have ended, then takes a fenced lease for a turn (one at a time) or a stateless call (several), and reserves its tokens.
    /// </summary>
    /// <param name="command">For what, and how many tokens at most; and what has ended.</param>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns><see cref="LeaseTaken"/>, <see cref="LeaseRefused"/> or <see cref="SessionGone"/>.</returns>
    [Alias("take-lease")]
    Task<SessionResult> TakeLeaseAsync(TakeLease command, CancellationToken cancellationToken);

    /// <summary>
    /// Renews the lease at once, then waits for its end for at most a third of its length: a cancel, a forget or another
    /// holder shows within a round trip. Called in a loop by whoever holds the lease.
    /// </summary>
    /// <param name="fence">The number the lease was given under.</param>
    /// <param name="cancellationToken">Ends the waiting, not the lease.</param>
    /// <returns><see cref="LeaseHeld"/>, <see cref="LeaseEnded"/> or <see cref="SessionGone"/>.</returns>
    [AlwaysInterleave]
    [Alias("keep-lease")]
    Task<SessionResult> KeepLeaseAsync(long fence, CancellationToken cancellationToken);

    /// <summary>Ends a lease, settles its tokens and, for a turn that is to be remembered, puts its sealed items.</summary>
    /// <param name="command">The lease, its tokens, the turn's sealed item and the manifest.</param>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns><see cref="ItemsChanged"/>, <see cref="ItemsRefused"/>, <see cref="LeaseEnded"/> or <see cref="SessionGone"/>.</returns>
    [Alias("end-lease")]
    Task<SessionResult> EndLeaseAsync(EndLease command, CancellationToken cancellationToken);

    /// <summary>Cancels the running turn and every running call, wherever they run.</summary>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns><see cref="LeasesCancelled"/> or <see cref="SessionGone"/>.</returns>
    [Alias("cancel")]
    Task<SessionResult> CancelAsync(CancellationToken cancellationToken);

    /// <summary>Forgets the session: cancels what runs, zeroes every buffer, deactivates at once.</summary>
    /// <param name="cancellationToken">Observed before the change.</param>
    /// <returns><see cref="SessionForgotten"/> or <see cref="SessionGone"/>.</returns>
    [Alias("forget")]
    Task<SessionResult> ForgetAsync(CancellationToken cancellationToken);
}
