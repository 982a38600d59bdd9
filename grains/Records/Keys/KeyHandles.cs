using System.Buffers;

namespace Lethe.Records.Keys;

/// <summary>What a key may be called: nothing that could leave a folder or name a person.</summary>
internal static class KeyHandles
{
    private const int MaxLength = 64;
    private const int MaxKeyLength = 8192;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static void Check(string handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (handle.Length is 0 or > MaxLength || handle.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new ArgumentException("A handle is 1 to 64 of a-z, 0-9 and -.", nameof(handle));
        }
    }

    public static void Check(ReadOnlyMemory<byte> key)
    {
        if (key.Length is 0 or > MaxKeyLength)
        {
            throw new ArgumentException("A key has 1 to 8192 bytes.", nameof(key));
        }
    }

    public static InvalidOperationException Taken() => new("The handle is taken.");
}
