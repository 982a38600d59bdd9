using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>The keys of the present KEK, which writes, and of earlier ones, which only read.</summary>
internal sealed class AccountKeyRing
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    /// <summary>Initializes a new instance of the <see cref="AccountKeyRing"/> class.</summary>
    /// <param name="options">Where the KEKs are.</param>
    /// <exception cref="CryptographicException">A file is readable by others, or holds no key.</exception>
    public AccountKeyRing(IOptions<KekOptions> options)
    {
        Current = Load(options.Value.File);
        All = [Current, .. options.Value.Previous.Select(Load)];
    }

    /// <summary>Gets the keys that write.</summary>
    public AccountKeys Current { get; }

    /// <summary>Gets all keys, the present ones first.</summary>
    public IReadOnlyList<AccountKeys> All { get; }

    /// <summary>Finds keys.</summary>
    /// <param name="id">Their name.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="CryptographicException">Their KEK is not configured.</exception>
    public AccountKeys Find(string id) =>
        All.FirstOrDefault(keys => keys.Id == id) ?? throw new CryptographicException("The KEK of stored data is not configured.");

    private static AccountKeys Load(string file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
        {
            throw new CryptographicException("The KEK's file can be read or written by others than its owner: chmod 600.");
        }
        byte[] kek = KeyFile.Read(file);
        try
        {
            return new(kek);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(kek);
        }
    }
}
