using System.Security.Cryptography;

namespace Lethe.Client;

/// <summary>Keeps the pool in a file that only its owner may read. Several processes may share it: who has it open has it alone.</summary>
/// <param name="path">The file; its folder exists.</param>
public sealed class FileTokenStore(string path) : ITokenStore
{
    private const int MostTries = 500;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    /// <exception cref="IOException">Another window has had the file for ten seconds, or it cannot be read.</exception>
    public Task<PoolState> ReadAsync(CancellationToken cancellationToken) => UpdateAsync(static state => state, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="IOException">Another window has had the file for ten seconds, or it cannot be written.</exception>
    public async Task<PoolState> UpdateAsync(Func<PoolState, PoolState> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        await using FileStream file = await OpenAsync(cancellationToken);
        byte[] before = new byte[file.Length];
        try
        {
            await file.ReadExactlyAsync(before, cancellationToken);
            PoolState state = PoolState.Read(before);
            PoolState next = change(state);
            if (!ReferenceEquals(next, state))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await WriteAsync(file, next.ToJson());
            }
            return next;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(before);
        }
    }

    private static async Task WriteAsync(FileStream file, byte[] after)
    {
        file.Position = 0;
        await file.WriteAsync(after, CancellationToken.None); // a write is not cancelled half-way
        file.SetLength(after.Length);
        file.Flush(flushToDisk: true); // a token that was taken does not come back after a crash; there is no asynchronous way to the disk
        CryptographicOperations.ZeroMemory(after);
    }

    private async Task<FileStream> OpenAsync(CancellationToken cancellationToken)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        for (int tried = 1; ; tried++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (tried < MostTries && File.Exists(path))
            {
                await Task.Delay(BetweenTries, cancellationToken); // another window has it for a moment
            }
        }
    }
}
