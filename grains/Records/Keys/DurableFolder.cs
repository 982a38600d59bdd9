using System.Runtime.InteropServices;
using System.Text;

namespace Lethe.Records.Keys;

/// <summary>Makes the entries of a folder durable: a new or removed name outlives a power cut only after its folder's fsync.</summary>
internal static class DurableFolder
{
    /// <summary>Flushes the folder's entries. Does nothing on Windows, where the file system journals them.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">The operating system refused.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(Encoding.UTF8.GetBytes(path + "\0"), 0); // O_RDONLY; .NET opens no folders
        if (descriptor < 0)
        {
            throw new IOException("The folder cannot be opened.");
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw new IOException("The folder cannot be flushed.");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
