using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lethe.PrivacyPass;

namespace Lethe.Client;

/// <summary>
/// A signed-in client of Lethe. The identity plane and the content plane get connections of their own: an access token never goes to a
/// Gateway, a session token or content never to Control.
/// </summary>
public sealed class LetheClient : IDisposable
{
    private const int MostTokensTried = 3;
    private const int MostKeysDropped = 4; // as many epochs as tokens live for

    private readonly LetheClientOptions options;
    private readonly HttpClient identity;
    private readonly HttpClient content;
    private readonly HttpClient mirror;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <param name="options">Whom it works for.</param>
    /// <exception cref="ArgumentException">Not exactly one of tenant and login domain is given.</exception>
    public LetheClient(LetheClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tenant is null == options.Domain is null)
        {
            throw new ArgumentException("Give the tenant or its login domain, one of the two.", nameof(options));
        }
        this.options = options;
        identity = Connect(options);
        content = Connect(options);
        // The mirror is read just before a draw, whose instant and account the identity plane knows: on the connection of a session, that
        // would name the session to whoever has both planes' sockets, even where a whole firm has one address.
        mirror = Connect(options);
        Tokens = new TokenPool(options, identity, mirror);
        Support = new SupportClient(this);
    }

    /// <summary>Gets the pool of session tokens.</summary>
    public TokenPool Tokens { get; }

    /// <summary>Gets the support side.</summary>
    public SupportClient Support { get; }

    /// <summary>Finds the tenant's cell, by its id or its login domain; asked once and kept with the tokens, and asked again after a <c>421</c>.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The cell.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<Cell> DiscoverAsync(CancellationToken cancellationToken)
    {
        if ((await options.TokenStore.ReadAsync(cancellationToken)).Cell is { } known)
        {
            return known;
        }
        Cell found = await AskDirectoryAsync<Cell>(options.Control, cancellationToken);
        if (!IsSecure(found.ControlUrl) || !IsSecure(found.GatewayUrl))
        {
            throw ProblemException.Of("answer_invalid", "Discovery gave no HTTPS addresses.");
        }
        await options.TokenStore.UpdateAsync(
            state => state.Cell == found ? state : state.Cleared() with { Cell = found },
            cancellationToken
        );
        return found;
    }

    /// <summary>Asks the tenant's own cell where its people sign in. To be asked before somebody signs in; not kept.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The issuer, and what its access token must be.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<SignInPlace> DiscoverSignInAsync(CancellationToken cancellationToken)
    {
        Cell home = await DiscoverAsync(cancellationToken);
        SignInPlace place = (await AskDirectoryAsync<SignInTold>(home.ControlUrl, cancellationToken)).SignIn;
        return IsSecure(place.Issuer) ? place : throw ProblemException.Of("answer_invalid", "Discovery gave no HTTPS issuer.");
    }

    /// <summary>Opens a session with a token of the pool; draws tokens first when the pool is empty, which is counted.</summary>
    /// <param name="cancellationToken">Stops it. A token that was sent is spent.</param>
    /// <returns>The session.</returns>
    /// <exception cref="ProblemException">Refused. After a 421 the cell is asked for again and the old cell's tokens are dropped.</exception>
    public async Task<LetheSession> OpenSessionAsync(CancellationToken cancellationToken)
    {
        try
        {
            Cell home = await DiscoverAsync(cancellationToken);
            for (int tried = 1, dropped = 0; ; )
            {
                Token token = await Tokens.TakeAsync(home, cancellationToken);
                try
                {
                    SessionOpened opened = await RedeemAsync(home, token, cancellationToken);
                    return new LetheSession(content, home, opened, Tokens.ClearAsync);
                }
                catch (ProblemException problem)
                    when (tried < MostTokensTried && problem.Code is ("token_spent" or "token_expired" or "token_invalid"))
                {
                    tried++; // tokens wait for days: one whose epoch is over, or that was lost in a crash, makes room for the next
                }
                catch (ProblemException problem) when (dropped < MostKeysDropped && problem.Code == "token_key_unknown")
                {
                    dropped++; // an operator closed the epoch: none of its tokens opens a session any more
                    await Tokens.DropAsync(token.KeyId);
                }
            }
        }
        catch (ProblemException problem) when (problem.Status == (int)HttpStatusCode.MisdirectedRequest)
        {
            await Tokens.ClearAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tokens.Dispose();
        identity.Dispose();
        content.Dispose();
        mirror.Dispose();
    }

    internal static HttpRequestMessage NewRequest(HttpMethod method, Uri uri) =>
        new(method, uri) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };

    /// <summary>Calls Control as the signed-in user.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The body, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answer, to be disposed of.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<HttpResponseMessage> CallControlAsync(
        HttpMethod method,
        string path,
        HttpContent? body,
        CancellationToken cancellationToken
    )
    {
        Cell home = await DiscoverAsync(cancellationToken);
        using HttpRequestMessage request = NewRequest(method, new Uri(home.ControlUrl, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await options.AccessToken(cancellationToken));
        request.Headers.ExpectContinue = body is not null; // a refusal from the headers saves the sending
        request.Content = body;
        HttpResponseMessage answer = await identity.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
            return answer;
        }
        catch (ProblemException problem)
        {
            answer.Dispose();
            if (problem.Status == (int)HttpStatusCode.MisdirectedRequest)
            {
                await Tokens.ClearAsync();
            }
            throw;
        }
    }

    private async Task<T> AskDirectoryAsync<T>(Uri control, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = NewRequest(HttpMethod.Post, new Uri(control, "/v1/discovery"));
        request.Content = JsonContent.Create(new { tenant = options.Tenant, domain = options.Domain }, options: Answers.Json);
        using HttpResponseMessage answer = await identity.SendAsync(request, cancellationToken);
        await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
        return await Answers.ReadAsync<T>(answer, cancellationToken);
    }

    private async Task<SessionOpened> RedeemAsync(Cell home, Token token, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = NewRequest(HttpMethod.Post, new Uri(home.GatewayUrl, "/v1/sessions"));
        request.Headers.TryAddWithoutValidation("Authorization", PrivateTokenHeader.FormatAuthorization(token));
        using HttpResponseMessage answer = await content.SendAsync(request, cancellationToken);
        await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
        SessionOpened opened = await Answers.ReadAsync<SessionOpened>(answer, cancellationToken);
        return opened.Region == home.Region
            ? opened
            : throw ProblemException.Of("answer_invalid", "The session is in another region than discovery said.");
    }

    private static HttpClient Connect(LetheClientOptions options)
    {
        HttpMessageHandler handler = options.Handler?.Invoke() ?? NewHandler(options.TrustedCa);
        return new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(15), MaxResponseContentBufferSize = Answers.MaxBytes };
    }

    private static SocketsHttpHandler NewHandler(string? authority)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null, // a trace id across both planes would join them
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.AllowTlsResume = false; // a ticket would join the connections that are kept apart
        if (authority is not null)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        return handler;
    }

    private static bool IsSecure(Uri url) => url.IsAbsoluteUri && url.Scheme == Uri.UriSchemeHttps;

    private sealed record SignInTold(SignInPlace SignIn);
}
