using System.Net;
using System.Net.Http.Headers;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>One request to a vendor and its answer. What a vendor says beside an answer is dropped: it becomes one of our codes.</summary>
internal sealed class UpstreamCall : IDisposable
{
    private const int MostOfARefusal = 16 * 1024;
    private static readonly MediaTypeHeaderValue JsonBody = new("application/json");
    private readonly CancellationTokenSource deadline;
    private readonly CancellationTokenRegistration registration;
    private HttpResponseMessage? response;

    private UpstreamCall(TimeProvider clock, TimeSpan patience, CancellationToken caller)
    {
        deadline = new CancellationTokenSource(patience, clock);
        registration = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
    }

    /// <summary>Gets why there is no answer; null when there is one.</summary>
    public ModelFailed? Failed { get; private set; }

    /// <summary>Gets the answer's body, when there is one.</summary>
    public VendorStream? Body { get; private set; }

    /// <summary>Sends a chat completion request to a route.</summary>
    /// <param name="egress">The way out.</param>
    /// <param name="table">The routes, asked for once more.</param>
    /// <param name="options">How patient we are.</param>
    /// <param name="clock">The time.</param>
    /// <param name="route">The route.</param>
    /// <param name="body">The request, UTF-8 JSON; must live as long as the call.</param>
    /// <param name="stream">Whether the answer is to come as events.</param>
    /// <param name="caller">Stops the call.</param>
    /// <returns>The call, to be disposed of.</returns>
    public static async Task<UpstreamCall> SendAsync(
        Egress egress,
        ModelRouteTable table,
        ModelOptions options,
        TimeProvider clock,
        ModelRoute route,
        ReadOnlyMemory<byte> body,
        bool stream,
        CancellationToken caller
    )
    {
        caller.ThrowIfCancellationRequested();
        UpstreamCall call = new(clock, options.FirstByteTimeout, caller);
        if (!table.IsOpen(route) || route.Secret is null || table.Secrets.Find(route.Secret) is not { } secret)
        {
            call.Failed = new ModelFailed(ModelFailure.NoCompliantRoute, 0);
            return call;
        }
        using HttpRequestMessage request = new(HttpMethod.Post, route.ChatCompletions)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new UpstreamBody(body),
        };
        request.Headers.TryAddWithoutValidation("Accept", stream ? "text/event-stream" : "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret); // visible ASCII: the folder takes nothing else
        try
        {
            call.response = await egress.SendAsync(request, call.deadline.Token);
            call.Failed = await call.RefusalAsync(stream, clock);
            if (call.Failed is null)
            {
                Stream wire = await call.response.Content.ReadAsStreamAsync(call.deadline.Token);
                call.Body = new VendorStream(wire, options, clock, call.deadline, caller);
            }
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            call.Failed = new ModelFailed(ModelFailure.UpstreamTimeout, 0);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            bool refused = fault is EgressRefusedException || fault.InnerException is EgressRefusedException;
            ModelFailure failure =
                refused ? ModelFailure.NoCompliantRoute
                : WasReached(fault) ? ModelFailure.UpstreamError
                : ModelFailure.UpstreamUnreachable;
            call.Failed = new ModelFailed(failure, 0);
        }
        catch
        {
            call.Dispose();
            throw;
        }
        return call;
    }

    /// <summary>Gets what a broken answer is to be called.</summary>
    /// <param name="fault">What happened while it was read.</param>
    /// <returns>The failure.</returns>
    public static ModelFailure FailureOf(Exception fault) =>
        fault is VendorTimeoutException ? ModelFailure.UpstreamTimeout : ModelFailure.UpstreamError;

    /// <inheritdoc/>
    public void Dispose()
    {
        registration.Dispose();
        Body?.Dispose();
        response?.Dispose();
        deadline.Dispose();
    }

    private async Task<ModelFailed?> RefusalAsync(bool stream, TimeProvider clock)
    {
        int status = (int)response!.StatusCode;
        if (status is >= 200 and < 300)
        {
            string expected = stream ? "text/event-stream" : "application/json";
            bool plain = response.Content.Headers.ContentEncoding.Count == 0;
            bool kind = string.Equals(response.Content.Headers.ContentType?.MediaType, expected, StringComparison.OrdinalIgnoreCase);
            return plain && kind ? null : new ModelFailed(ModelFailure.UpstreamError, 0);
        }
        return new ModelFailed(
            status switch
            {
                408 or 504 => ModelFailure.UpstreamTimeout,
                429 => ModelFailure.UpstreamRateLimited,
                400 => await IsFilteredAsync() ? ModelFailure.UpstreamFiltered : ModelFailure.UpstreamRefused,
                404 or 413 or 415 or 422 => ModelFailure.UpstreamRefused,
                _ => ModelFailure.UpstreamError, // also 3xx: redirects are not followed; 401, 403: our key, nothing of the caller's
            },
            RetryAfter(clock)
        );
    }

    private async Task<bool> IsFilteredAsync()
    {
        byte[] start = new byte[MostOfARefusal];
        await using Stream wire = await response!.Content.ReadAsStreamAsync(deadline.Token);
        int length = await wire.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, deadline.Token);
        bool filtered = start.AsSpan(0, length).IndexOf("content_filter"u8) >= 0;
        Array.Clear(start); // a refusal may quote the prompt
        return filtered;
    }

    private int RetryAfter(TimeProvider clock)
    {
        RetryConditionHeaderValue? header = response!.Headers.RetryAfter;
        TimeSpan wait = header?.Delta ?? (header?.Date - clock.GetUtcNow()) ?? TimeSpan.Zero;
        return (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 0, 3600);
    }

    private sealed class UpstreamBody : HttpContent
    {
        private readonly ReadOnlyMemory<byte> body;

        public UpstreamBody(ReadOnlyMemory<byte> body)
        {
            this.body = body;
            Headers.ContentType = JsonBody;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context,
            CancellationToken cancellationToken
        ) => await stream.WriteAsync(body, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }

    // The vendor took the connection and then let go of it without an answer.
    private static bool WasReached(Exception fault) =>
        fault
            is HttpRequestException
            {
                HttpRequestError: not (
                    HttpRequestError.NameResolutionError
                    or HttpRequestError.ConnectionError
                    or HttpRequestError.SecureConnectionError
                )
            };
}
