using System.Collections.Concurrent;
using System.Security;

namespace Lethe.Gateway.Models;

/// <summary>
/// Vendors' keys: one file each, its name is the route's <c>secret</c>. A file is read again after some seconds, so that a
/// rotated key is used and a removed one closes its route without a restart.
/// </summary>
internal sealed class SecretFolder(string? folder, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Finds a key.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>1 to 4,096 visible ASCII characters, or null when there is no such file, or not with a key in it.</returns>
    public string? Find(string name)
    {
        if (folder is null || !RouteTableRules.IsName(name))
        {
            return null;
        }
        long now = clock.GetTimestamp();
        if (!entries.TryGetValue(name, out Entry? entry) || clock.GetElapsedTime(entry.ReadAt, now) >= Fresh)
        {
            entry = new Entry(Read(Path.Combine(folder, name)), now);
            entries[name] = entry;
        }
        return entry.Secret;
    }

    private static string? Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> bytes = stackalloc byte[4100];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            ReadOnlySpan<byte> secret = bytes[..length].Trim(" \r\n\t"u8);
            return secret.Length is > 0 and <= 4096 && !secret.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)
                ? System.Text.Encoding.ASCII.GetString(secret)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SecurityException)
        {
            return null; // closed is the answer to a key that cannot be read
        }
    }

    private sealed record Entry(string? Secret, long ReadAt);
}
