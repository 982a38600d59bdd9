namespace Lethe.Contracts.Support;

/// <summary>
/// One consent and the document that it allows to keep, as ciphertext under a key of its own. Grain key: <c>s/{share id}</c>.
/// A share that is over, foreign or unknown answers <see cref="SupportUnknown"/> to everything. Staff get <see cref="StaffRefused"/>
/// instead while their undertaking is not in force, whether there is such a share or not.
/// </summary>
[GrainInterfaceType("share")]
public interface IShareGrain : IGrainWithStringKey
{
    /// <summary>Enters the consent and makes its key. Called by the case's grain.</summary>
    /// <param name="command">The consent and the case's owner.</param>
    /// <param name="cancellationToken">Observed before the first write.</param>
    /// <returns><see cref="ShareConsented"/> or <see cref="SupportRefused"/>.</returns>
    [Alias("offer")]
    Task<SupportResult> OfferAsync(OfferShare command, CancellationToken cancellationToken);

    /// <summary>Describes the share without content.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="ShareDescribed"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    [Alias("describe")]
    Task<SupportResult> DescribeAsync(SupportCaller caller, CancellationToken cancellationToken);

    /// <summary>Releases the share's key to seal its document with, while the consent waits for it.</summary>
    /// <param name="owner">Who sends the document.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="KeyReleased"/>, <see cref="SupportRefused"/> or <see cref="SupportUnknown"/>.</returns>
    [Alias("begin-document")]
    Task<SupportResult> BeginDocumentAsync(SupportOwner owner, CancellationToken cancellationToken);

    /// <summary>Keeps the sealed document, if the consent still stands.</summary>
    /// <param name="command">The document.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns><see cref="DocumentStored"/>, <see cref="SupportRefused"/> or <see cref="SupportUnknown"/>.</returns>
    [Alias("store-document")]
    Task<SupportResult> StoreDocumentAsync(StoreDocument command, CancellationToken cancellationToken);

    /// <summary>Records the read in the ledger, then releases the sealed document and its key.</summary>
    /// <param name="caller">The owner or staff.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns><see cref="DocumentRead"/>, <see cref="SupportRefused"/>, <see cref="SupportUnknown"/> or <see cref="StaffRefused"/>.</returns>
    [Alias("read-document")]
    Task<SupportResult> ReadDocumentAsync(SupportCaller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the share: destroys its key, removes its row, and then what the database's files still hold of it. Safe to repeat after a fault.
    /// </summary>
    /// <param name="owner">Whose share it is.</param>
    /// <param name="ending">Withdrawn by its owner, or ended with its case.</param>
    /// <param name="cancellationToken">Observed before the key is destroyed.</param>
    /// <returns><see cref="SupportEnded"/> or <see cref="SupportUnknown"/>.</returns>
    [Alias("end")]
    Task<SupportResult> EndAsync(SupportOwner owner, ShareEnding ending, CancellationToken cancellationToken);
}
