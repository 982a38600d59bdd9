using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Lethe.Local.State;

/// <summary>
/// The folder <c>.lethe/</c>: databases, keys and certificates of both local cells. One process at a time holds its lock.
/// Files with keys can be read by their owner only.
/// </summary>
internal sealed class LocalFolder : IDisposable
{
    private const string Marker = "lethe local state 1\n";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    private readonly FileStream? lockFile;

    private LocalFolder(string root, FileStream? lockFile) => (Root, this.lockFile) = (root, lockFile);

    /// <summary>Gets the folder's full path.</summary>
    public string Root { get; }

    /// <summary>Opens the folder for a process that runs the cells, and makes it when it is not there.</summary>
    /// <param name="root">Where.</param>
    /// <returns>The folder, locked until it is disposed.</returns>
    /// <exception cref="LocalStateException">In use, damaged or not writable.</exception>
    public static LocalFolder OpenExclusive(string root)
    {
        try
        {
            bool isNew = !Directory.Exists(root) || !Directory.EnumerateFileSystemEntries(root).Any();
            Directory.CreateDirectory(root, OwnerFolder);
            FileStream held = Lock(root);
            LocalFolder folder = new(Path.GetFullPath(root), held);
            if (isNew)
            {
                folder.Write("state", Marker);
            }
            try
            {
                folder.CheckIntact();
            }
            catch
            {
                held.Dispose();
                throw;
            }
            return folder;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new LocalStateException($"The folder {root} cannot be used: it must be a folder that you can write to.");
        }
    }

    /// <summary>Opens the folder of a running <c>up</c> to read from it.</summary>
    /// <param name="root">Where.</param>
    /// <returns>The folder, not locked.</returns>
    /// <exception cref="LocalStateException">Nothing runs there.</exception>
    public static LocalFolder OpenRunning(string root)
    {
        LocalFolder folder = new(Path.GetFullPath(root), null);
        if (!File.Exists(folder.PathOf("running.json")))
        {
            throw new LocalStateException(
                $"Nothing runs in {root}: start it with 'dotnet run --project deploy/Local -- up' in the same folder."
            );
        }
        folder.CheckIntact();
        return folder;
    }

    /// <summary>Gets the path of a file in the folder.</summary>
    /// <param name="name">A relative path.</param>
    /// <returns>The full path.</returns>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Gets a subfolder, made when it is not there.</summary>
    /// <param name="name">A relative path.</param>
    /// <returns>The full path.</returns>
    public string Folder(string name)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(path, OwnerFolder);
        return path;
    }

    /// <summary>Writes a file that only its owner can read.</summary>
    /// <param name="name">A relative path.</param>
    /// <param name="text">What to write.</param>
    /// <returns>The full path.</returns>
    public string Write(string name, string text)
    {
        string path = PathOf(name);
        Folder(Path.GetDirectoryName(name) ?? "");
        FileStreamOptions options = new()
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using StreamWriter writer = new(path, options);
        writer.Write(text);
        return path;
    }

    /// <summary>Gets the path of a file, made once and kept.</summary>
    /// <param name="name">A relative path.</param>
    /// <param name="make">Makes its text.</param>
    /// <returns>The full path.</returns>
    public string Once(string name, Func<string> make)
    {
        string path = PathOf(name);
        return File.Exists(path) ? path : Write(name, make());
    }

    /// <summary>Gets the path of a file with 32 random bytes as base64url, made once and kept.</summary>
    /// <param name="name">A relative path.</param>
    /// <returns>The full path.</returns>
    public string Secret(string name) => Once(name, () => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    /// <inheritdoc/>
    public void Dispose() => lockFile?.Dispose();

    private static FileStream Lock(string root)
    {
        try
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            };
            return new FileStream(Path.Combine(root, "lock"), options);
        }
        catch (IOException)
        {
            throw new LocalStateException($"The folder {root} is in use by another Lethe: stop it, or name another folder with --state.");
        }
    }

    private void CheckIntact()
    {
        string damaged = $"The folder {Root} is damaged ({{0}}): delete it, it holds local demo data only, or name another with --state.";
        string state = PathOf("state");
        if (!File.Exists(state) || File.ReadAllText(state) != Marker)
        {
            throw new LocalStateException(string.Format(null, damaged, "its file 'state' is missing or of another version"));
        }
        foreach (string database in Directory.EnumerateFiles(Root, "*.db", SearchOption.AllDirectories))
        {
            try
            {
                using SqliteConnection connection = new($"Data Source={database};Mode=ReadOnly;Pooling=False");
                connection.Open();
                using SqliteCommand check = connection.CreateCommand();
                check.CommandText = "PRAGMA quick_check(1)";
                if (check.ExecuteScalar() is not "ok")
                {
                    throw new LocalStateException(string.Format(null, damaged, Path.GetFileName(database)));
                }
            }
            catch (SqliteException)
            {
                throw new LocalStateException(string.Format(null, damaged, Path.GetFileName(database)));
            }
        }
    }
}
