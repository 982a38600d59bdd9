using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lethe.Contracts;
using Lethe.Gateway.Hosting;
using Lethe.PrivacyPass;
using Microsoft.Extensions.Options;

namespace Lethe.Gateway.Sessions;

/// <summary>How the issuer directories are mirrored. Section <c>IssuerKeys</c>.</summary>
public sealed class IssuerKeyOptions
{
    /// <summary>
    /// Gets or sets how often the directories are fetched: how long a closed epoch's tokens are taken at most, while Control answers. 1 second
    /// to 1 hour; default 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FetchEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how soon an unknown key, or a client that asks for the mirror, may cause another fetch. 0.1 seconds to 10 minutes; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan FetchAgainAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long after its key began a token is redeemable: its own and the three following epochs. Default 4 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan RedeemableFor { get; set; } = TimeSpan.FromDays(4);
}

[OptionsValidator]
internal sealed partial class IssuerKeyOptionsValidator : IValidateOptions<IssuerKeyOptions>;

/// <summary>One issuing key, and the cell whose it is.</summary>
/// <param name="Region">The cell.</param>
/// <param name="Entry">The key.</param>
internal sealed record IssuerKeyOfCell(Region Region, IssuerDirectoryKey Entry);

/// <summary>
/// The public keys of every cell's issuer: all that the content plane learns of the identity planes. Fetched over HTTPS from Control's
/// issuer directory; the last good copy is kept through an outage of Control.
/// </summary>
internal sealed partial class IssuerKeys : BackgroundService
{
    private readonly IOptions<CellsOptions> cells;
    private readonly IOptions<IssuerKeyOptions> options;
    private readonly TimeProvider clock;
    private readonly ILogger<IssuerKeys> logger;
    private readonly HttpClient client;
    private readonly SemaphoreSlim fetching = new(1);
    private readonly Dictionary<Region, Mirror> mirrors = [];
    private long? fetchedAt;

    /// <summary>Initializes a new instance of the <see cref="IssuerKeys"/> class.</summary>
    /// <param name="cells">Which cells there are.</param>
    /// <param name="options">How often to fetch.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Tells outages.</param>
    public IssuerKeys(IOptions<CellsOptions> cells, IOptions<IssuerKeyOptions> options, TimeProvider clock, ILogger<IssuerKeys> logger)
    {
        (this.cells, this.options, this.clock, this.logger) = (cells, options, clock, logger);
        client = new HttpClient(HandlerTrusting(cells.Value.TrustedCa))
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = IssuerDirectory.MaxBytes,
        };
    }

    /// <summary>Gets the exact bytes of this cell's directory, for comparison by clients; null until it was fetched.</summary>
    public ReadOnlyMemory<byte>? OwnDirectory => Find(cells.Value.Region!.Value)?.Bytes;

    /// <summary>Gets the key that a client should ask for now; null until it is known.</summary>
    public IssuerDirectoryKey? Preferred
    {
        get
        {
            DateTimeOffset now = clock.GetUtcNow();
            return Find(cells.Value.Region!.Value)?.Directory.Keys.Where(entry => entry.NotBefore <= now).MaxBy(entry => entry.NotBefore);
        }
    }

    /// <summary>Finds the key of a token. An unknown one makes the directories be fetched again, now and then.</summary>
    /// <param name="keyId">SHA-256 of the key's SPKI.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The key, or null when no cell has it.</returns>
    public async ValueTask<IssuerKeyOfCell?> FindAsync(ReadOnlyMemory<byte> keyId, CancellationToken cancellationToken)
    {
        if (Find(keyId.Span) is { } known)
        {
            return known;
        }
        await FetchAsync(options.Value.FetchAgainAfter, cancellationToken);
        return Find(keyId.Span);
    }

    /// <summary>Fetches the directories if that was not done just now, so that a client that draws compares with what is published now.</summary>
    /// <param name="patience">How long to wait for it; what is known then is told.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>When it is done, or patience is.</returns>
    public async Task RefreshAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task fetched = FetchAsync(options.Value.FetchAgainAfter, CancellationToken.None); // serves others too: it goes on
        await Task.WhenAny(fetched, Task.Delay(patience, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Gets for how long a token is redeemable after its key began.</summary>
    public TimeSpan RedeemableFor => options.Value.RedeemableFor;

    /// <summary>Tells whether tokens of a key are redeemable now.</summary>
    /// <param name="entry">The key.</param>
    /// <returns>Whether they are.</returns>
    public bool IsRedeemable(IssuerDirectoryKey entry)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return entry.NotBefore <= now && now < entry.NotBefore + options.Value.RedeemableFor;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        client.Dispose();
        fetching.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan soon = TimeSpan.FromMilliseconds(500);
        while (!stoppingToken.IsCancellationRequested)
        {
            await FetchAsync(TimeSpan.Zero, stoppingToken);
            bool complete = cells.Value.Cells.All(cell => Find(cell.Region) is not null);
            TimeSpan pause =
                Preferred is null ? soon
                : complete ? options.Value.FetchEvery
                : options.Value.FetchAgainAfter;
            await Task.Delay(pause, clock, stoppingToken);
        }
    }

    private static SocketsHttpHandler HandlerTrusting(string? authority)
    {
        SslClientAuthenticationOptions tls = new() { EnabledSslProtocols = SslProtocols.Tls13 };
        if (authority is not null)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            tls.CertificateChainPolicy = policy;
        }
        return new SocketsHttpHandler
        {
            SslOptions = tls,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        };
    }

    private Mirror? Find(Region region)
    {
        lock (mirrors)
        {
            return mirrors.GetValueOrDefault(region);
        }
    }

    private IssuerKeyOfCell? Find(ReadOnlySpan<byte> keyId)
    {
        lock (mirrors)
        {
            foreach ((Region region, Mirror mirror) in mirrors)
            {
                if (mirror.Directory.Find(keyId) is { } entry)
                {
                    return new IssuerKeyOfCell(region, entry);
                }
            }
        }
        return null;
    }

    private async Task FetchAsync(TimeSpan notWithin, CancellationToken cancellationToken)
    {
        await fetching.WaitAsync(cancellationToken);
        try
        {
            if (fetchedAt is { } last && clock.GetElapsedTime(last) < notWithin)
            {
                return;
            }
            await Task.WhenAll(cells.Value.Cells.Select(cell => FetchAsync(cell, cancellationToken)));
            fetchedAt = clock.GetTimestamp();
        }
        finally
        {
            fetching.Release();
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The keys live as long as their mirror may be in use.")]
    private async Task FetchAsync(CellOptions cell, CancellationToken cancellationToken)
    {
        try
        {
            byte[] bytes = await client.GetByteArrayAsync(new Uri(cell.ControlUrl!, BlindRsaToken.DirectoryPath), cancellationToken);
            if (!IssuerDirectory.TryParse(bytes, out IssuerDirectory? directory))
            {
                LogUnavailable(cell.Region, "malformed");
                return;
            }
            lock (mirrors)
            {
                mirrors[cell.Region] = new Mirror(bytes, directory);
            }
        }
        catch (HttpRequestException fault)
        {
            LogUnavailable(cell.Region, fault.HttpRequestError.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnavailable(cell.Region, "timeout");
        }
    }

    [LoggerMessage(EventIds.DirectoryUnavailable, LogLevel.Warning, "The issuer directory of {Region} was not fetched: {Reason}")]
    private partial void LogUnavailable(Region region, string reason);

    private sealed record Mirror(ReadOnlyMemory<byte> Bytes, IssuerDirectory Directory);
}
