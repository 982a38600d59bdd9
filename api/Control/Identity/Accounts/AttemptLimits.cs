using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Lethe.Control.Identity.Accounts.Keys;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// How often one network may try: little for one address, much in all, because a firm is one network. In memory, per process;
/// the lock of an address (<see cref="Attempts"/>) is in the database.
/// </summary>
internal sealed class AttemptLimits : IDisposable
{
    private const int NetworkBytesV6 = 8; // a /64 is one household or firm
    private readonly AccountKeyRing keys;
    private readonly PartitionedRateLimiter<string> networks;
    private readonly PartitionedRateLimiter<string> addresses;
    private readonly PartitionedRateLimiter<string> mails;
    private readonly PartitionedRateLimiter<string> networksOfCodes;
    private readonly PartitionedRateLimiter<string> accountsOfCodes;

    /// <summary>Initializes a new instance of the <see cref="AttemptLimits"/> class.</summary>
    /// <param name="keys">The key of the pseudonyms.</param>
    /// <param name="options">The limits.</param>
    public AttemptLimits(AccountKeyRing keys, IOptions<AccountsOptions> options)
    {
        this.keys = keys;
        AttemptOptions limits = options.Value.Attempts;
        networks = Limiter(limits.PerNetwork, TimeSpan.FromMinutes(1));
        addresses = Limiter(limits.PerAddress, TimeSpan.FromMinutes(1));
        mails = Limiter(limits.MailsPerAddress, TimeSpan.FromHours(1));
        networksOfCodes = Limiter(limits.PerNetwork, TimeSpan.FromMinutes(1));
        accountsOfCodes = Limiter(limits.PerAddress, TimeSpan.FromMinutes(1));
    }

    /// <summary>Names the network of a request.</summary>
    /// <param name="address">Where it came from.</param>
    /// <returns>The address; of IPv6 its first 64 bits.</returns>
    public static string NetworkOf(IPAddress? address) =>
        address switch
        {
            null => "?",
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytesV6)),
            _ => address.ToString(),
        };

    /// <summary>Counts an attempt that names no address.</summary>
    /// <param name="network">From where.</param>
    /// <returns>Whether it may go on.</returns>
    public bool TryEnter(string network) => Acquire(networks, network);

    /// <summary>Counts an attempt for an address.</summary>
    /// <param name="network">From where.</param>
    /// <param name="email">The address, as typed.</param>
    /// <returns>Whether it may go on.</returns>
    public bool TryEnter(string network, string email) =>
        Acquire(networks, network) && Acquire(addresses, $"{network} {Attempts.HashOf(keys, email)}");

    /// <summary>Counts a mail that somebody wants sent to an address.</summary>
    /// <param name="email">The address, as typed.</param>
    /// <returns>Whether it may be sent.</returns>
    public bool TryMail(string email) => Acquire(mails, Attempts.HashOf(keys, email));

    /// <summary>Counts the code of a device that somebody typed. Apart from sign-in: who guesses codes locks nobody out of that.</summary>
    /// <param name="network">From where.</param>
    /// <param name="accountId">By whom.</param>
    /// <returns>Whether it may be looked at.</returns>
    public bool TryCode(string network, string accountId) => Acquire(accountsOfCodes, accountId) && Acquire(networksOfCodes, network);

    /// <inheritdoc/>
    public void Dispose()
    {
        networks.Dispose();
        addresses.Dispose();
        mails.Dispose();
        networksOfCodes.Dispose();
        accountsOfCodes.Dispose();
    }

    private static PartitionedRateLimiter<string> Limiter(int permits, TimeSpan window) =>
        PartitionedRateLimiter.Create<string, string>(key =>
            RateLimitPartition.GetTokenBucketLimiter(
                key,
                _ =>
                    new()
                    {
                        TokenLimit = permits,
                        TokensPerPeriod = permits,
                        ReplenishmentPeriod = window,
                        QueueLimit = 0,
                        AutoReplenishment = true,
                    }
            )
        );

    private static bool Acquire(PartitionedRateLimiter<string> limiter, string key)
    {
        using RateLimitLease lease = limiter.AttemptAcquire(key);
        return lease.IsAcquired;
    }
}
