using System.Security.Cryptography;
using Lethe.Contracts.Tenants;
using Lethe.Contracts.Tokens;
using Lethe.PrivacyPass;
using Lethe.Records.Keys;
using Lethe.Records.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tokens;

/// <inheritdoc cref="IIssuerKeyGrain"/>
[GrainType("issuer-key")]
internal sealed partial class IssuerKeyGrain(
    [PersistentState("issuer-key", StorageNames.Records)] IPersistentState<IssuerKeyState> stored,
    IKeyStore keys,
    IOptions<TokenOptions> options,
    ILogger<IssuerKeyGrain> logger
) : Grain, IIssuerKeyGrain
{
    private const int KeyBits = 2048;
    private const int AccountKeyBytes = 32;
    private const int MostTries = 4096; // one in 256 collides with each live key

    /// <inheritdoc/>
    public async Task<IssuerKey> CreateAsync(IReadOnlyList<byte> avoid, int generation, CancellationToken cancellationToken)
    {
        IssuerKeyState state = stored.State;
        if (state.Retired || generation < state.Generation)
        {
            throw new InvalidOperationException("The epoch has stopped issuing, or goes on with a later key.");
        }
        if (state.Spki is not null && generation == state.Generation)
        {
            return Read();
        }
        cancellationToken.ThrowIfCancellationRequested();
        // A key of accounts that is whole outlives the closing of an epoch: quotas are not renewed by it.
        string? accountHandle = state.Spki is null && !state.HasAccountKey ? null : state.AccountHandle;
        await ForgetAsync(state.Handle, accountHandle is null ? state.AccountHandle : null);
        IssuerKeyState begun = new()
        {
            Handle = NewHandle("issuer"),
            AccountHandle = accountHandle ?? NewHandle("quota"),
            HasAccountKey = accountHandle is not null,
            Generation = generation,
        };
        await stored.CommitAsync(begun); // the handles first: a key is never left behind unknown

        using RSA rsa = Generate(avoid);
        using var publicHalf = TokenKey.FromRsa(rsa);
        await KeepAsync(begun.Handle, rsa.ExportPkcs8PrivateKey());
        if (accountHandle is null)
        {
            await KeepAsync(begun.AccountHandle, RandomNumberGenerator.GetBytes(AccountKeyBytes));
        }
        await stored.CommitAsync(begun with { Spki = publicHalf.Spki.ToArray(), HasAccountKey = true });
        LogCreated(EpochOf().Epoch);
        return Read();
    }

    /// <inheritdoc/>
    public Task<IssuerKey?> FindAsync(CancellationToken cancellationToken) => Task.FromResult(stored.State.Spki is null ? null : Read());

    /// <inheritdoc/>
    public async Task RetireAsync(CancellationToken cancellationToken)
    {
        if (stored.State.Retired)
        {
            return;
        }
        cancellationToken.ThrowIfCancellationRequested();
        await ForgetAsync(stored.State.Handle, stored.State.AccountHandle);
        await stored.CommitAsync(stored.State with { Retired = true });
        LogRetired(EpochOf().Epoch);
    }

    private static string NewHandle(string kind) => $"{kind}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    private static RSA Generate(IReadOnlyList<byte> avoid)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            var rsa = RSA.Create(KeyBits);
            using (var publicHalf = TokenKey.FromRsa(rsa))
            {
                if (!avoid.Contains(publicHalf.TruncatedId))
                {
                    return rsa;
                }
            }
            rsa.Dispose();
        }
        throw new CryptographicException("No key with a free truncated id.");
    }

    private async Task KeepAsync(string handle, byte[] key)
    {
        try
        {
            await keys.PutAsync(handle, key, CancellationToken.None);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private async Task ForgetAsync(params string?[] handles)
    {
        foreach (string? handle in handles)
        {
            if (handle is not null)
            {
                await keys.DestroyAsync(handle, CancellationToken.None);
            }
        }
    }

    private (PolicyClass Class, long Epoch) EpochOf() =>
        this.GetPrimaryKeyString().Split('/') is ["x", { } name, { } number]
        && PolicyClass.TryParse(name, out PolicyClass policyClass)
        && long.TryParse(number, out long epoch)
            ? (policyClass, epoch)
            : throw new InvalidOperationException("No key's grain key.");

    private IssuerKey Read()
    {
        (PolicyClass policyClass, long epoch) = EpochOf();
        byte[] spki = stored.State.Spki!;
        return new(
            policyClass,
            epoch,
            options.Value.StartOf(epoch).ToUnixTimeSeconds(),
            spki,
            SHA256.HashData(spki),
            stored.State.Handle!,
            stored.State.AccountHandle!,
            stored.State.Retired,
            stored.State.Generation
        );
    }

    [LoggerMessage(EventIds.IssuerKeyCreated, LogLevel.Information, "The issuing key of epoch {Epoch} is made")]
    private partial void LogCreated(long epoch);

    [LoggerMessage(EventIds.IssuerKeyRetired, LogLevel.Information, "The issuing key of epoch {Epoch} is destroyed")]
    private partial void LogRetired(long epoch);
}

/// <summary>An epoch's public key and where its private keys are.</summary>
[GenerateSerializer, Immutable, Alias("issuer-key-state")]
internal sealed record IssuerKeyState
{
    [Id(0)]
    public byte[]? Spki { get; init; }

    [Id(1)]
    public string? Handle { get; init; }

    [Id(2)]
    public string? AccountHandle { get; init; }

    [Id(3)]
    public bool Retired { get; init; }

    /// <summary>Gets how often an operator closed the epoch before this key.</summary>
    [Id(4)]
    public int Generation { get; init; }

    /// <summary>Gets a value indicating whether the key of accounts was kept whole.</summary>
    [Id(5)]
    public bool HasAccountKey { get; init; }

    public override string ToString() => nameof(IssuerKeyState);
}
