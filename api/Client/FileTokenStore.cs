using System.Security.Cryptography;

namespace Lethe.Client;

/// <summary>Keeps the pool in a file that only its owner may read. Several processes may share it.</summary>
/// <param name="path">The file; its folder exists.</param>
public sealed class FileTokenStore(string path) : ITokenStore
{
    private const int LongestWaitMilliseconds = 10_000;
    private readonly Lock gate = new();

    /// <inheritdoc/>
    public PoolState Read() => Update(static state => state);

    /// <inheritdoc/>
    public PoolState Update(Func<PoolState, PoolState> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (gate)
        {
            using FileStream file = Open();
            byte[] before = new byte[file.Length];
            file.ReadExactly(before);
            PoolState state = PoolState.Read(before);
            PoolState next = change(state);
            if (!ReferenceEquals(next, state))
            {
                byte[] after = next.ToJson();
                file.Position = 0;
                file.Write(after);
                file.SetLength(after.Length);
                file.Flush(flushToDisk: true); // a token that was taken does not come back after a crash
                CryptographicOperations.ZeroMemory(after);
            }
            CryptographicOperations.ZeroMemory(before);
            return next;
        }
    }

    private FileStream Open()
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        for (int waited = 0; ; waited += 20)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (waited < LongestWaitMilliseconds && File.Exists(path))
            {
                Thread.Sleep(20); // another window has it for a moment
            }
        }
    }
}
