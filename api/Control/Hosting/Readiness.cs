namespace Lethe.Control.Hosting;

/// <summary>Whether Control should get requests: once its tenants stand, until it is told to stop.</summary>
/// <param name="lifetime">The host's.</param>
internal sealed class Readiness(IHostApplicationLifetime lifetime)
{
    private volatile bool provisioned;

    /// <summary>Gets or sets a value indicating whether the configured tenants stand.</summary>
    public bool IsProvisioned
    {
        get => provisioned;
        set => provisioned = value;
    }

    /// <summary>Gets a value indicating whether it should.</summary>
    public bool IsReady =>
        provisioned && lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;
}
