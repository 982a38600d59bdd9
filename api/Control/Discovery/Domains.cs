using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts.Directory;
using Lethe.Control.Identity;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Discovery;

/// <summary>Makes the directory's name of a login domain. The domain itself goes no further.</summary>
/// <param name="options">Where the shared key is.</param>
internal sealed class Domains(IOptions<DirectoryOptions> options)
{
    private const int LongestDomain = 253;
    private readonly byte[] key = KeyFile.Read(options.Value.DomainKeyFile);

    /// <summary>Reads a domain.</summary>
    /// <param name="text">A host name with at least one dot, in Unicode or not, in any case.</param>
    /// <param name="id">Its HMAC, when true.</param>
    /// <returns>Whether the text is a domain.</returns>
    public bool TryRead(string text, out DomainId id) => TryRead(text, out id, out _);

    /// <summary>Reads a domain.</summary>
    /// <param name="text">A host name with at least one dot, in Unicode or not, in any case.</param>
    /// <param name="id">Its HMAC, when true.</param>
    /// <param name="ascii">Its name in DNS, when true.</param>
    /// <returns>Whether the text is a domain.</returns>
    public bool TryRead(string text, out DomainId id, out string ascii)
    {
        (id, ascii) = (default, string.Empty);
        if (
            text is not { Length: > 0 and <= LongestDomain }
            || !text.Contains('.', StringComparison.Ordinal)
            || Uri.CheckHostName(text) != UriHostNameType.Dns
        )
        {
            return false;
        }
        try
        {
            ascii = new IdnMapping { UseStd3AsciiRules = true }
                .GetAscii(text.TrimEnd('.'))
                .ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }
        id = DomainId.FromHmac(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(ascii)));
        return true;
    }
}
