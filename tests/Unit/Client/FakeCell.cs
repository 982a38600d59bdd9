using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Lethe.Client;
using Lethe.PrivacyPass;
using Lethe.UnitTests.PrivacyPass;
using Microsoft.Extensions.Time.Testing;

namespace Lethe.UnitTests.Client;

/// <summary>Both planes of a cell behind a handler: real tokens, everything else as the test says.</summary>
internal sealed class FakeCell : IDisposable
{
    private readonly BlindSigner signer = IssuerKeys.First();
    private readonly BlindSigner other = IssuerKeys.Second();
    private readonly HashSet<string> spent = new(StringComparer.Ordinal);

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    public List<(string Method, string Path, string? Authorization, byte[] Body, string? ContentType)> Requests { get; } = [];
    public Dictionary<string, Func<HttpResponseMessage>> Special { get; } = new(StringComparer.Ordinal);
    public bool MirrorDiffers { get; set; }

    /// <summary>Gets or sets what the Gateway mirrors when it is not what the issuer publishes.</summary>
    public Func<IssuerDirectoryKey[], IssuerDirectoryKey[]>? Mirror { get; set; }
    public Func<IssuerDirectoryKey[], IssuerDirectoryKey[]>? Published { get; set; }
    public MemoryTokenStore Store { get; } = new();

    /// <summary>Gets how many tokens can be redeemed now.</summary>
    public int Waiting => Store.Read().Without(Clock.GetUtcNow()).Tokens.Length;
    public bool SignsWithAnotherKey { get; set; }
    public int Quota { get; set; } = int.MaxValue;
    public TokenChallenge Challenge { get; set; } = IssuerKeys.Challenge;
    public string Region { get; set; } = "eu";
    public string? Accepted { get; private set; }
    public string PolicyClass { get; set; } = "eu-standard";

    public LetheClientOptions Options(int poolSize = 4, ITokenStore? store = null) =>
        new()
        {
            Control = new Uri("https://control.test"),
            Tenant = "kanzlei-muster",
            AccessToken = _ => Task.FromResult("access"),
            PoolSize = poolSize,
            TokenStore = store ?? Store,
            Clock = Clock,
            Handler = () => new Handler(this),
        };

    public LetheClient Connect(int poolSize = 4) => new(Options(poolSize));

    public LetheClient ConnectByDomain(string domain) =>
        new(
            new LetheClientOptions
            {
                Control = new Uri("https://control.test"),
                Domain = domain,
                AccessToken = _ => Task.FromResult("access"),
                Clock = Clock,
                Handler = () => new Handler(this),
            }
        );

    public int Count(string path) => Requests.Count(request => request.Path == path);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        Bytes(Encoding.UTF8.GetBytes(json), "application/json", status);

    public static HttpResponseMessage Problem(int status, string code, string more = "") =>
        Bytes(
            Encoding.UTF8.GetBytes(
                $$"""{"type":"urn:lethe:problem:{{code}}","title":"No","status":{{status}},"code":"{{code}}","detail":"Do"{{more}}}"""
            ),
            "application/problem+json",
            (HttpStatusCode)status
        );

    public static HttpResponseMessage Bytes(byte[] body, string mediaType, HttpStatusCode status = HttpStatusCode.OK)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return new(status) { Content = content };
    }

    public void Dispose()
    {
        signer.Dispose();
        other.Dispose();
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, byte[] body)
    {
        string path = request.RequestUri!.AbsolutePath;
        if (Special.TryGetValue(path, out Func<HttpResponseMessage>? answer))
        {
            return answer();
        }
        return path switch
        {
            "/v1/discovery" => Json(
                $$"""{"region":"{{Region}}","controlUrl":"https://control.test","gatewayUrl":"https://gateway.test"}"""
            ),
            "/v1/token-challenge" => Json(
                $$"""{"challenge":"{{PaddedBase64Url.Encode(Challenge.Bytes.Span)}}","directory":"{{PaddedBase64Url.Encode(Directory(MirrorDiffers, Mirror ?? Published))}}","redeemableSeconds":345600}"""
            ),
            BlindRsaToken.DirectoryPath => Bytes(Directory(swapped: false, Published), BlindRsaToken.DirectoryMediaType),
            "/token-request" => Sign(body),
            "/v1/sessions" => Open(request.Headers.Authorization!.ToString()),
            _ => Problem(404, "not_found"),
        };
    }

    public DateTimeOffset Today => new(Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    public TokenKey OtherKey => other.PublicKey;

    private byte[] Directory(bool swapped, Func<IssuerDirectoryKey[], IssuerDirectoryKey[]>? change)
    {
        IssuerDirectoryKey[] keys = [new((swapped ? other : signer).PublicKey, Today, PolicyClass)];
        return new IssuerDirectory("https://control.test/token-request", change?.Invoke(keys) ?? keys).ToJson();
    }

    private HttpResponseMessage Sign(byte[] body)
    {
        if (!TokenBatch.TryParseRequest(body, 100, out IReadOnlyList<TokenRequest>? requests))
        {
            return Problem(422, "token_request_invalid");
        }
        byte[]?[] signatures = [.. requests.Select((request, at) => at < Quota ? Sign(request) : null)];
        return Bytes(
            TokenBatch.EncodeResponse(signatures),
            BlindRsaToken.BatchResponseMediaType,
            signatures.Contains(null) ? HttpStatusCode.PartialContent : HttpStatusCode.OK
        );
    }

    private byte[] Sign(TokenRequest request) =>
        (SignsWithAnotherKey ? other : signer).TrySign(request.BlindedMessage.Span, out byte[]? signature) ? signature : new byte[256];

    private HttpResponseMessage Open(string authorization)
    {
        if (!PrivateTokenHeader.TryParseAuthorization(authorization, out Token? token) || !signer.PublicKey.Verify(token))
        {
            return Problem(401, "token_invalid");
        }
        return spent.Add(Convert.ToHexString(token.Nonce.Span)) ? Json(Session, HttpStatusCode.Created) : Problem(403, "token_spent");
    }

    private string Session =>
        $$"""
            {"id":"00000000000000000000000000000001","credential":"credential","contentKey":"a2V5","region":"{{Region}}","policyClass":"eu-standard",
            "expiresAt":"2026-11-23T14:00:00+00:00","idleSeconds":1800,"limits":{"documentBytes":10485760} }
            """;

    private sealed class Handler(FakeCell cell) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
            lock (cell.Requests)
            {
                cell.Requests.Add(
                    (
                        request.Method.Method,
                        request.RequestUri!.AbsolutePath,
                        request.Headers.Authorization?.ToString(),
                        body,
                        request.Content?.Headers.ContentType?.ToString()
                    )
                );
                cell.Accepted = request.Headers.Accept.SingleOrDefault()?.MediaType;
                HttpResponseMessage response = cell.Answer(request, body);
                response.RequestMessage = request;
                return response;
            }
        }
    }
}
