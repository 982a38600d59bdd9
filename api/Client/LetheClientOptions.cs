namespace Lethe.Client;

/// <summary>Whom a client works for and whom it trusts.</summary>
public sealed class LetheClientOptions
{
    /// <summary>Gets the URL of any cell's Control, where the client asks for its own cell.</summary>
    public required Uri Control { get; init; }

    /// <summary>Gets the id of the tenant; null when <see cref="Domain"/> says who it is.</summary>
    public string? Tenant { get; init; }

    /// <summary>Gets the tenant's login domain, which is what stands behind the @ of its users; null when <see cref="Tenant"/> is known.</summary>
    public string? Domain { get; init; }

    /// <summary>Gets what gives an access token for Control whenever one is needed. Never used towards a Gateway.</summary>
    public required Func<CancellationToken, Task<string>> AccessToken { get; init; }

    /// <summary>Gets the PEM file of the only authority to trust; null for those of the system.</summary>
    public string? TrustedCa { get; init; }

    /// <summary>
    /// Gets how many tokens one draw brings: as many as the sessions of a busy day. The pool holds up to four draws. 1 to 100; default 20. The
    /// same for everybody: another number would set its user apart at the issuer.
    /// </summary>
    public int PoolSize { get; init; } = 20;

    /// <summary>Gets the clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets the policy class to draw tokens for. Default: null, the first of the issuer's directory.</summary>
    public string? PolicyClass { get; init; }

    /// <summary>Gets where the pool outlives this client. Default: in memory, that is nowhere.</summary>
    public ITokenStore TokenStore { get; init; } = new MemoryTokenStore();

    /// <summary>
    /// Gets the mean pause of the background before it looks whether an epoch was closed; and, when a draw is due after the middle of the day
    /// or few tokens are left, before it draws. Default 1 hour.
    /// </summary>
    public TimeSpan RefillPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets the same while no token is left, as after a long weekend. Default 2 minutes.</summary>
    public TimeSpan RefillPauseWhenEmpty { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets how long after a redeemed token the background does not draw. Default 10 minutes.</summary>
    public TimeSpan QuietAfterRedemption { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets what makes connections; called once each for the identity plane, for sessions and for the mirror of the keys, which share none.
    /// Default: null, sockets of its own.
    /// </summary>
    public Func<HttpMessageHandler>? Handler { get; init; }
}
