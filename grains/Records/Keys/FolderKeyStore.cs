using System.Security.Cryptography;

namespace Lethe.Records.Keys;

/// <summary>
/// A wrapped key per file, for one silo. A file appears whole or not at all, and a destroyed one is overwritten before its
/// name goes.
/// </summary>
internal sealed class FolderKeyStore : IKeyStore
{
    private const string Suffix = ".key";
    private const string Unfinished = ".tmp";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private readonly Kek kek;

    /// <summary>Opens or makes the folder, and drops what a crash left unfinished.</summary>
    /// <param name="folder">The folder; made with mode 700.</param>
    /// <param name="kek">The key that wraps.</param>
    public FolderKeyStore(string folder, Kek kek)
    {
        this.folder = Path.GetFullPath(folder);
        this.kek = kek;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(this.folder);
        }
        else
        {
            Directory.CreateDirectory(this.folder, OwnerOnly | UnixFileMode.UserExecute);
        }

        foreach (string left in Directory.EnumerateFiles(this.folder, "*" + Unfinished))
        {
            File.Delete(left);
        }
    }

    /// <inheritdoc/>
    public async Task PutAsync(string handle, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        KeyHandles.Check(handle);
        KeyHandles.Check(key);
        cancellationToken.ThrowIfCancellationRequested();
        string unfinished = Path.Combine(folder, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + Unfinished);
        try
        {
            await using (FileStream file = new(unfinished, Options(FileMode.CreateNew)))
            {
                await file.WriteAsync(kek.Wrap(handle, key.Span), CancellationToken.None);
                file.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(unfinished, PathOf(handle), overwrite: false); // link and unlink: never over another key
            }
            catch (IOException) when (File.Exists(PathOf(handle)))
            {
                throw KeyHandles.Taken();
            }

            DurableFolder.Flush(folder);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> FindAsync(string handle, CancellationToken cancellationToken)
    {
        KeyHandles.Check(handle);
        try
        {
            return kek.Unwrap(handle, await File.ReadAllBytesAsync(PathOf(handle), cancellationToken));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (CryptographicException) when (!File.Exists(PathOf(handle)))
        {
            return null; // destroyed while it was read
        }
    }

    /// <inheritdoc/>
    public async Task DestroyAsync(string handle, CancellationToken cancellationToken)
    {
        KeyHandles.Check(handle);
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(handle);
        try
        {
            await using FileStream file = new(path, Options(FileMode.Open));
            await file.WriteAsync(new byte[file.Length], CancellationToken.None);
            file.Flush(flushToDisk: true);
        }
        catch (FileNotFoundException)
        {
            return;
        }

        File.Delete(path);
        DurableFolder.Flush(folder);
    }

    private string PathOf(string handle) => Path.Combine(folder, handle + Suffix);

    private static FileStreamOptions Options(FileMode mode)
    {
        FileStreamOptions options = new()
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows() && mode == FileMode.CreateNew)
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }
}
