using System.Security.Cryptography;
using System.Text;
using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Counts failed passwords per address that was typed, in the same way whether the address has an account or not, so that
/// neither the answer nor the time tells. An attempt is counted before it is judged: a hundred at once are a hundred.
/// </summary>
/// <param name="database">The accounts.</param>
/// <param name="keys">The key of the pseudonyms.</param>
/// <param name="options">The limits.</param>
/// <param name="clock">The clock.</param>
internal sealed class Attempts(AccountsDbContext database, AccountKeyRing keys, IOptions<AccountsOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    /// <summary>Makes the pseudonym of an address.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="email">The address, as typed.</param>
    /// <returns>64 hex digits.</returns>
    public static string HashOf(AccountKeyRing keys, string email) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(keys.Current.Attempts, Encoding.UTF8.GetBytes(email.Normalize().ToUpperInvariant())));

    /// <summary>Counts an attempt.</summary>
    /// <param name="email">The address, as typed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether the password may be looked at: false while the address is locked.</returns>
    public async Task<bool> EnterAsync(string email, CancellationToken cancellationToken)
    {
        string hash = HashOf(keys, email);
        if (await CountAsync(hash, cancellationToken))
        {
            return true;
        }
        DateTime now = clock.GetUtcNow().UtcDateTime;

        // It is locked. Written down all the same: an attempt that costs no commit would tell that somebody else has been failing here.
        if (
            await database
                .Attempts.Where(row => row.AddressHash == hash)
                .ExecuteUpdateAsync(row => row.SetProperty(attempt => attempt.LastAt, now), cancellationToken) == 1
        )
        {
            return false;
        }
        AttemptRow first = new()
        {
            AddressHash = hash,
            Failures = 1,
            LastAt = now,
        };
        database.Attempts.Add(first);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            // Somebody else's attempt for the same address was the first; a broken database fails the next line too.
            return await CountAsync(hash, cancellationToken);
        }
        finally
        {
            database.Entry(first).State = EntityState.Detached;
        }
    }

    /// <summary>Finds out whether an address is locked, without counting.</summary>
    /// <param name="email">The address, or what is counted like one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether it is.</returns>
    public Task<bool> IsLockedAsync(string email, CancellationToken cancellationToken)
    {
        string hash = HashOf(keys, email);
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return database.Attempts.AnyAsync(row => row.AddressHash == hash && row.LockedUntil > now, cancellationToken);
    }

    /// <summary>Finds out, once for each lock, that an address was just locked. Asked after every failure, whoever's the address is.</summary>
    /// <param name="email">The address, or what is counted like one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether this was the failure that locked it, and nobody was told yet.</returns>
    public async Task<bool> TakeLockAsync(string email, CancellationToken cancellationToken)
    {
        string hash = HashOf(keys, email);
        DateTime now = clock.GetUtcNow().UtcDateTime;
        // While it is locked the number means nothing, and after that it begins anew: zero says that the lock was told.
        return await database
                .Attempts.Where(row => row.AddressHash == hash && row.LockedUntil > now && row.Failures > 0)
                .ExecuteUpdateAsync(row => row.SetProperty(attempt => attempt.Failures, 0), cancellationToken) == 1;
    }

    /// <summary>Forgets the attempts for an address: somebody has proved to be its owner.</summary>
    /// <param name="email">The address.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When they are forgotten.</returns>
    public Task ClearAsync(string email, CancellationToken cancellationToken)
    {
        string hash = HashOf(keys, email);
        return database.Attempts.Where(row => row.AddressHash == hash).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task<bool> CountAsync(string hash, CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        DateTime stale = now - Forgotten;
        DateTime lockedUntil = now + options.Value.Attempts.LockedFor;
        int most = options.Value.Attempts.FailuresToLock;
        return await database
                .Attempts.Where(row => row.AddressHash == hash && (row.LockedUntil == null || row.LockedUntil <= now))
                .ExecuteUpdateAsync(
                    row =>
                        row.SetProperty(
                                attempt => attempt.LockedUntil,
                                attempt =>
                                    attempt.LockedUntil == null && attempt.LastAt >= stale && attempt.Failures + 1 >= most
                                        ? lockedUntil
                                        : (DateTime?)null
                            )
                            .SetProperty(
                                attempt => attempt.Failures,
                                attempt => attempt.LockedUntil == null && attempt.LastAt >= stale ? attempt.Failures + 1 : 1
                            )
                            .SetProperty(attempt => attempt.LastAt, now),
                    cancellationToken
                ) == 1;
    }
}
