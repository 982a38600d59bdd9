namespace Lethe.Client;

/// <summary>Whom a client works for and whom it trusts.</summary>
public sealed class LetheClientOptions
{
    /// <summary>Gets the URL of any cell's Control, where the client asks for its own cell.</summary>
    public required Uri Control { get; init; }

    /// <summary>Gets the id of the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets what gives an access token for Control whenever one is needed. Never used towards a Gateway.</summary>
    public required Func<CancellationToken, Task<string>> AccessToken { get; init; }

    /// <summary>Gets the PEM file of the only authority to trust; null for those of the system.</summary>
    public string? TrustedCa { get; init; }

    /// <summary>Gets the most tokens in the pool. 1 to 100; default 20.</summary>
    public int PoolSize { get; init; } = 20;

    /// <summary>Gets the clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
