using Lethe.Client;
using Xunit;

namespace Lethe.UnitTests.Client;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Connections_OfDrawsMirrorAndSessions_AreNeverTheSame()
    {
        using var cell = new FakeCell();
        LetheClientOptions options = cell.Options();
        List<(int Connection, string Path)> seen = [];
        int made = 0;
        using LetheClient client = new(
            new LetheClientOptions
            {
                Control = options.Control,
                Tenant = options.Tenant,
                AccessToken = options.AccessToken,
                PoolSize = options.PoolSize,
                TokenStore = options.TokenStore,
                Clock = options.Clock,
                Handler = () => new Numbered(options.Handler!(), ++made, seen),
            }
        );
        await client.Tokens.RefillAsync(await client.DiscoverAsync(default), default);
        await client.OpenSessionAsync(default);
        int Of(string path) => seen.Where(request => request.Path == path).Select(request => request.Connection).Distinct().Single();
        Assert.Equal(3, new HashSet<int> { Of("/token-request"), Of("/v1/token-challenge"), Of("/v1/sessions") }.Count);
    }

    private sealed class Numbered(HttpMessageHandler inner, int number, List<(int Connection, string Path)> seen) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen.Add((number, request.RequestUri!.AbsolutePath));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
