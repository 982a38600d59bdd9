namespace Lethe.Silo;

/// <summary>The silo host of one plane in one cell.</summary>
public static class SiloHost
{
    /// <summary>Builds the host. Nothing listens before it is started.</summary>
    /// <param name="configuration">Everything that differs between deployments.</param>
    /// <returns>The host, not started.</returns>
    public static WebApplication Create(IConfiguration configuration) => throw new NotSupportedException();
}
