using System.Security.Cryptography;
using System.Text;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Lethe.Records.Keys;

namespace Lethe.Records.Tokens;

#pragma warning disable CA1416 // Signing is for Linux; BlindSigner itself refuses elsewhere.

/// <summary>
/// The private keys that this silo signs with, unwrapped, for the rest of the current epoch. Forgets them on time by itself.
/// </summary>
/// <param name="store">Where the keys are wrapped.</param>
/// <param name="clock">The clock.</param>
internal sealed class IssuerKeyRing(IKeyStore store, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<string, LoadedIssuerKey> loaded = new(StringComparer.Ordinal);
    private ITimer? end;

    /// <summary>Finds the current keys, and forgets those that were closed. Asked each time: a closed epoch signs nothing any more.</summary>
    /// <param name="grains">The silo's grains.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The list.</returns>
    public async Task<IssuerKeyList> ListAsync(IGrainFactory grains, CancellationToken cancellationToken)
    {
        IssuerKeyList read = await grains.GetGrain<IIssuerDirectoryGrain>(IIssuerDirectoryGrain.Key).ListAsync(cancellationToken);
        await turn.WaitAsync(cancellationToken);
        try
        {
            foreach ((string handle, LoadedIssuerKey key) in loaded.Where(entry => !read.Keys.Any(key => key.Handle == entry.Key)).ToList())
            {
                loaded.Remove(handle);
                key.Dispose();
            }
        }
        finally
        {
            turn.Release();
        }
        return read;
    }

    /// <summary>Unwraps a key, once per silo and epoch.</summary>
    /// <param name="key">The key.</param>
    /// <param name="endsAt">When its epoch ends.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The key; null when it is destroyed.</returns>
    public async Task<LoadedIssuerKey?> LoadAsync(IssuerKey key, DateTimeOffset endsAt, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (loaded.TryGetValue(key.Handle, out LoadedIssuerKey? ready))
            {
                return ready;
            }
            TimeSpan left = endsAt - clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return null;
            }
            byte[]? pkcs8 = await store.FindAsync(key.Handle, cancellationToken);
            byte[]? accountKey = await store.FindAsync(key.AccountHandle, cancellationToken);
            if (pkcs8 is null || accountKey is null)
            {
                return null;
            }
            try
            {
                ready = new(BlindSigner.FromPkcs8(pkcs8), accountKey);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(pkcs8);
            }
            loaded.Add(key.Handle, ready);
            end ??= clock.CreateTimer(static ring => ((IssuerKeyRing)ring!).Forget(), this, left, Timeout.InfiniteTimeSpan);
            return ready;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        turn.Dispose();
    }

    private void Forget()
    {
        turn.Wait();
        try
        {
            foreach (LoadedIssuerKey key in loaded.Values)
            {
                key.Dispose();
            }
            loaded.Clear();
            end?.Dispose();
            end = null;
        }
        finally
        {
            turn.Release();
        }
    }
}

/// <summary>An unwrapped key. Goes when it is told to and the last signature with it is made.</summary>
/// <param name="signer">The private key.</param>
/// <param name="accountKey">The key of the accounts' quotas in this epoch, 32 bytes.</param>
internal sealed class LoadedIssuerKey(BlindSigner signer, byte[] accountKey) : IDisposable
{
    private readonly ReaderWriterLockSlim gate = new();
    private bool gone;

    /// <summary>Signs a blinded message.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The signature; null when the message is out of range or the key is gone.</returns>
    public byte[]? Sign(ReadOnlySpan<byte> message)
    {
        gate.EnterReadLock();
        try
        {
            return !gone && signer.TrySign(message, out byte[]? signature) ? signature : null;
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>Gives the grain key of an account's quota in this epoch.</summary>
    /// <param name="account">The account.</param>
    /// <returns>The key; null when this key is gone.</returns>
    public string? QuotaKey(AccountId account)
    {
        gate.EnterReadLock();
        try
        {
            return gone ? null : "q/" + Convert.ToHexStringLower(HMACSHA256.HashData(accountKey, Encoding.ASCII.GetBytes(account.Value)));
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        gate.EnterWriteLock();
        try
        {
            gone = true;
            signer.Dispose();
            CryptographicOperations.ZeroMemory(accountKey);
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }
}
