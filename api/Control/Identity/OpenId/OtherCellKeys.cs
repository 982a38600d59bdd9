using System.Collections.Concurrent;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Control.Identity.OpenId;

/// <summary>
/// The public keys of the other cells' OpenID Connect servers, so that this cell can tell a caller of theirs where to turn.
/// Fetched in the background; while they are missing such a token is simply not valid here.
/// </summary>
internal sealed class OtherCellKeys : BackgroundService
{
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, IReadOnlyList<SecurityKey>> keys = new(StringComparer.Ordinal);
    private readonly ControlOptions options;
    private readonly TimeProvider clock;
    private readonly HttpClient http;

    /// <summary>Initializes a new instance of the <see cref="OtherCellKeys"/> class.</summary>
    /// <param name="control">The cells.</param>
    /// <param name="clock">The clock.</param>
    public OtherCellKeys(IOptions<ControlOptions> control, TimeProvider clock)
    {
        options = control.Value;
        this.clock = clock;
        CellTrust trust = new(options);
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ActivityHeadersPropagator = null,
            SslOptions = new()
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    trust.IsServer(certificate as X509Certificate2, errors),
            },
        };
        http = new(handler) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>Gets the keys of a cell.</summary>
    /// <param name="region">Its region.</param>
    /// <returns>The keys; none when they could not be fetched yet.</returns>
    public IReadOnlyList<SecurityKey> Of(string region) => keys.GetValueOrDefault(region, []);

    /// <inheritdoc/>
    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            bool all = true;
            foreach (CellOptions cell in options.Cells.Where(cell => cell.Region != options.Region))
            {
                all &= await TryFetchAsync(cell, stoppingToken);
            }
            await Task.Delay(all ? Interval : Retry, clock, stoppingToken);
        }
    }

    private async Task<bool> TryFetchAsync(CellOptions cell, CancellationToken stoppingToken)
    {
        try
        {
            JsonWebKeySet set = new(await http.GetStringAsync(new Uri(new Uri(cell.ControlUrl), "/.well-known/jwks"), stoppingToken))
            {
                SkipUnresolvedJsonWebKeys = true,
            };
            keys[cell.Region] =
            [
                .. set.Keys.Where(key => key is { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256 }),
            ];
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or ArgumentException or OperationCanceledException)
        {
            return false; // not there, or not yet: tried again
        }
    }
}
