namespace Lethe.Sessions;

/// <summary>The one place that knows which session tokens have been spent. Implemented outside this project, which stores nothing.</summary>
public interface ISpentTokens
{
    /// <summary>Spends a verified token, once in the whole cell: of any number of calls for one token, one answers <see cref="SpendResult.Spent"/>.</summary>
    /// <param name="epoch">When the token's key began, in seconds since 1970.</param>
    /// <param name="nonceHash">SHA-256 of the token's nonce, 32 bytes.</param>
    /// <param name="cancellationToken">Observed until the write starts; a started write is not cancelled.</param>
    /// <returns>What became of it. The write is durable before the answer.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was spent.</exception>
    Task<SpendResult> SpendAsync(long epoch, ReadOnlyMemory<byte> nonceHash, CancellationToken cancellationToken);
}

/// <summary>What became of a token.</summary>
public enum SpendResult
{
    /// <summary>It is spent now, by this call.</summary>
    Spent = 1,

    /// <summary>It was spent before.</summary>
    SpentBefore = 2,

    /// <summary>Its epoch is over.</summary>
    EpochOver = 3,

    /// <summary>The store gave no answer: the token may be spent, and must not be used.</summary>
    Unavailable = 4,
}
