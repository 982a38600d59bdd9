using System.Buffers.Text;
using System.Security.Cryptography;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>
/// The keys that sign access tokens (ES256) and encrypt codes and refresh tokens (256 bits), kept in the accounts database
/// under the KEK. A new one is made a day before the old one ends and is published at once, so that every Control and every
/// client knows it before it is used; an old one is destroyed after the last token that needs it.
/// </summary>
/// <param name="scopes">Makes connections.</param>
/// <param name="ring">The KEKs.</param>
/// <param name="options">How long keys are used.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class TokenKeys(
    IServiceScopeFactory scopes,
    AccountKeyRing ring,
    IOptions<AccountsOptions> options,
    TimeProvider clock,
    ILogger<TokenKeys> logger
) : IDisposable
{
    private const string Signing = "sig";
    private const string Encrypting = "enc";
    private const int KeyBytes = 32;
    private const int NameBytes = 16;
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);
    private static readonly TimeSpan AfterLast = TimeSpan.FromHours(1);
    private readonly SemaphoreSlim gate = new(1, 1);
    private CancellationTokenSource changed = new();
    private volatile Loaded loaded = new([], [], []);

    /// <summary>Gets the keys that sign, the one in use first; then those that only verify, or will sign.</summary>
    public IReadOnlyList<ECDsaSecurityKey> SigningKeys => loaded.Signing;

    /// <summary>Gets the keys that encrypt, the one in use first.</summary>
    public IReadOnlyList<SymmetricSecurityKey> EncryptionKeys => loaded.Encryption;

    /// <summary>Tells when the keys have changed.</summary>
    /// <returns>A token that fires once.</returns>
    public IChangeToken OnChange() => new CancellationChangeToken(changed.Token);

    /// <summary>Loads the keys; makes and destroys what is due.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When this process has them.</returns>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            AccountsDbContext database = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
            DateTime now = clock.GetUtcNow().UtcDateTime;
            await database.TokenKeys.Where(row => row.DestroyAfter <= now).ExecuteDeleteAsync(cancellationToken);
            await MakeAsync(database, Signing, options.Value.AccessTokenLifetime + AfterLast, cancellationToken);
            await MakeAsync(database, Encrypting, options.Value.RefreshTokenLifetime + AfterLast, cancellationToken);
            List<TokenKeyRow> rows = await database.TokenKeys.AsNoTracking().ToListAsync(cancellationToken);
            Use([.. rows.OrderBy(row => Rank(row, now)).ThenByDescending(row => row.Generation)]);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        gate.Dispose();
        changed.Dispose();
    }

    // In use, then those of the past, then those to come.
    private static int Rank(TokenKeyRow row, DateTime now) =>
        row.NotBefore <= now && now < row.NotAfter ? 0
        : row.NotAfter <= now ? 1
        : 2;

    private void Use(IReadOnlyList<TokenKeyRow> rows)
    {
        string[] names = [.. rows.Select(row => row.Id)];
        if (names.SequenceEqual(loaded.Names, StringComparer.Ordinal))
        {
            return;
        }
        loaded = new(
            names,
            [.. rows.Where(row => row.Use == Signing).Select(ToSigningKey)],
            [.. rows.Where(row => row.Use == Encrypting).Select(row => new SymmetricSecurityKey(Unwrap(row)) { KeyId = row.Id })]
        );
        CancellationTokenSource before = Interlocked.Exchange(ref changed, new());
        before.Cancel();
        before.Dispose();
    }

    private async Task MakeAsync(AccountsDbContext database, string use, TimeSpan keptAfter, CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        TokenKeyRow? last = await database
            .TokenKeys.AsNoTracking()
            .Where(row => row.Use == use)
            .OrderByDescending(row => row.Generation)
            .FirstOrDefaultAsync(cancellationToken);
        TimeSpan ahead = TimeSpan.FromTicks(Math.Min(Ahead.Ticks, options.Value.KeyLifetime.Ticks / 2));
        if (last is not null && last.NotAfter - now > ahead)
        {
            return;
        }
        DateTime from = last is null || last.NotAfter < now ? now : DateTime.SpecifyKind(last.NotAfter, DateTimeKind.Utc);
        string name = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NameBytes));
        byte[] key = NewKey(use);
        TokenKeyRow made = new()
        {
            Id = name,
            Use = use,
            Generation = (last?.Generation ?? 0) + 1,
            Wrapped = KeyWrap.Wrap(ring.Current, name, key),
            KekId = ring.Current.Id,
            NotBefore = from,
            NotAfter = from + options.Value.KeyLifetime,
            DestroyAfter = from + options.Value.KeyLifetime + keptAfter,
        };
        CryptographicOperations.ZeroMemory(key);
        database.TokenKeys.Add(made);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            LogMade(made.Generation);
        }
        catch (DbUpdateException)
        {
            // Another Control made this generation: the unique index decides, and its key is read below. Anything else fails there too.
            database.Entry(made).State = EntityState.Detached;
        }
    }

    private static byte[] NewKey(string use)
    {
        if (use == Encrypting)
        {
            return RandomNumberGenerator.GetBytes(KeyBytes);
        }
        using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return made.ExportPkcs8PrivateKey();
    }

    private ECDsaSecurityKey ToSigningKey(TokenKeyRow row)
    {
        byte[] pkcs8 = Unwrap(row);
        ECDsa key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        CryptographicOperations.ZeroMemory(pkcs8);
        return new(key) { KeyId = row.Id };
    }

    private byte[] Unwrap(TokenKeyRow row) => KeyWrap.Unwrap(ring.Find(row.KekId), row.Id, row.Wrapped);

    [LoggerMessage(EventIds.TokenKeyMade, LogLevel.Information, "A key for tokens was made: generation {Generation}")]
    private partial void LogMade(int generation);

    private sealed record Loaded(
        IReadOnlyList<string> Names,
        IReadOnlyList<ECDsaSecurityKey> Signing,
        IReadOnlyList<SymmetricSecurityKey> Encryption
    );
}
