namespace Lethe.Gateway;

/// <summary>The Gateway host of one cell.</summary>
public static class GatewayHost
{
    /// <summary>Builds the host. Nothing listens before it is started.</summary>
    /// <param name="configuration">Everything that differs between deployments.</param>
    /// <returns>The host, not started.</returns>
    public static WebApplication Create(IConfiguration configuration) => throw new NotSupportedException();
}
