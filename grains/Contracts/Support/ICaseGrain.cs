namespace Lethe.Contracts.Support;

/// <summary>
/// One support case: sealed messages under a key of its own, and the shares that belong to it. Grain key: <c>s/{case id}</c>.
/// A case that is over, foreign or unknown answers <see cref="SupportUnknown"/> to everything. Staff get <see cref="StaffRefused"/>
/// instead while their undertaking is not in force, whether there is such a case or not.
/// </summary>
[GrainInterfaceType("case")]
public interface ICaseGrain : IGrainWithStringKey
{
    /// <summary>Opens the case. Repeating it by the same owner returns the first answer.</summary>
    /// <param name="owner">Whose case it is.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns><see cref="CaseOpened"/> or <see cref="SupportRefused"/>.</returns>
    [Alias("open")]
    Task<SupportResult> OpenAsync(SupportOwner owner, CancellationToken cancellationToken);

    /// <summary>Describes the case without content.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="CaseDescribed"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    [Alias("describe")]
    Task<SupportResult> DescribeAsync(SupportCaller caller, CancellationToken cancellationToken);

    /// <summary>Releases the case's key to seal one message with.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="KeyReleased"/>, <see cref="SupportRefused"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    [Alias("begin-message")]
    Task<SupportResult> BeginMessageAsync(SupportCaller caller, CancellationToken cancellationToken);

    /// <summary>Keeps one sealed message. Repeating the same id returns the first answer.</summary>
    /// <param name="command">The message.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="MessageAdded"/>, <see cref="SupportRefused"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    [Alias("add-message")]
    Task<SupportResult> AddMessageAsync(AddMessage command, CancellationToken cancellationToken);

    /// <summary>Reads the messages and releases the key that opens them.</summary>
    /// <param name="caller">The owner or staff; a read by staff is in the ledger before the key is released.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="MessagesRead"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    [Alias("read-messages")]
    Task<SupportResult> ReadMessagesAsync(SupportCaller caller, CancellationToken cancellationToken);

    /// <summary>Keeps a consent to share one document.</summary>
    /// <param name="owner">Who consents.</param>
    /// <param name="consent">To what.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns><see cref="ShareConsented"/>, <see cref="SupportRefused"/> or <see cref="SupportUnknown"/>.</returns>
    [Alias("consent")]
    Task<SupportResult> ConsentAsync(SupportOwner owner, DocumentConsent consent, CancellationToken cancellationToken);

    /// <summary>Ends the case: destroys its key and those of its shares, then removes the rows. Safe to repeat after a fault.</summary>
    /// <param name="owner">Whose case it is.</param>
    /// <param name="cancellationToken">Observed before the first key is destroyed.</param>
    /// <returns><see cref="SupportEnded"/> or <see cref="SupportUnknown"/>.</returns>
    [Alias("close")]
    Task<SupportResult> CloseAsync(SupportOwner owner, CancellationToken cancellationToken);
}
