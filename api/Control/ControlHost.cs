namespace Lethe.Control;

/// <summary>The Control host of one cell.</summary>
public static class ControlHost
{
    /// <summary>Builds the host. Nothing listens before it is started.</summary>
    /// <param name="configuration">Everything that differs between deployments.</param>
    /// <returns>The host, not started.</returns>
    public static WebApplication Create(IConfiguration configuration) => throw new NotSupportedException();
}
