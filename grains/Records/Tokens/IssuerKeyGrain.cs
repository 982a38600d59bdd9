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
    public async Task<IssuerKey> CreateAsync(IReadOnlyList<byte> avoid, CancellationToken cancellationToken)
    {
        if (stored.State.Retired)
        {
            throw new InvalidOperationException("The epoch has stopped issuing.");
        }
        if (stored.State.Spki is not null)
        {
            return Read();
        }
        cancellationToken.ThrowIfCancellationRequested();
        await ForgetUnfinishedAsync();
        IssuerKeyState begun = new() { Handle = NewHandle("issuer"), AccountHandle = NewHandle("quota") };
        await stored.CommitAsync(begun); // the handles first: a key is never left behind unknown

        using RSA rsa = Generate(avoid);
        using var publicHalf = TokenKey.FromRsa(rsa);
        await KeepAsync(begun.Handle, rsa.ExportPkcs8PrivateKey());
        await KeepAsync(begun.AccountHandle, RandomNumberGenerator.GetBytes(AccountKeyBytes));
        await stored.CommitAsync(begun with { Spki = publicHalf.Spki.ToArray() });
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
        await ForgetUnfinishedAsync();
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

    private async Task ForgetUnfinishedAsync()
    {
        foreach (string? handle in (string?[])[stored.State.Handle, stored.State.AccountHandle])
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
            stored.State.Retired
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

    public override string ToString() => nameof(IssuerKeyState);
}
