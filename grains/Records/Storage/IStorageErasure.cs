namespace Lethe.Records.Storage;

/// <summary>
/// Removes what a deleted row leaves behind in the database's files. The key of a withdrawn share is destroyed first, so
/// that whatever remains is ciphertext without a key.
/// </summary>
public interface IStorageErasure
{
    /// <summary>Removes the traces of every row deleted so far. Call after deleting, once per withdrawal.</summary>
    /// <param name="cancellationToken">Observed before the work starts.</param>
    /// <returns>
    /// When they are gone. SQLite: overwritten in the file and cut off the write-ahead log. PostgreSQL: at once; dead rows
    /// and the log hold ciphertext without a key until VACUUM and the log's recycling.
    /// </returns>
    Task EraseTracesAsync(CancellationToken cancellationToken);
}
