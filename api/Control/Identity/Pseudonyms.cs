using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts.Tenants;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity;

/// <summary>Makes pseudonyms of accounts. The subject goes no further.</summary>
/// <param name="options">Where the cell's account key is.</param>
internal sealed class Pseudonyms(IOptions<IdentityOptions> options)
{
    private readonly byte[] key = KeyFile.Read(options.Value.AccountKeyFile);

    /// <summary>Makes the pseudonym of an account in this cell: HMAC-SHA-256 of issuer, a zero byte, subject.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <param name="subject">The subject.</param>
    /// <returns>The pseudonym.</returns>
    public AccountId Of(string issuer, string subject) =>
        AccountId.FromHmac(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{issuer}\0{subject}")));
}
