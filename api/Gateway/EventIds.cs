namespace Lethe.Gateway;

/// <summary>Ids of the Gateway's log events: 3000 to 3999. A retired id is not used again.</summary>
internal static class EventIds
{
    public const int Unforeseen = 3000;
    public const int SessionsUnavailable = 3001;
    public const int ClusterUnreachable = 3002;
    public const int DirectoryFetched = 3010;
    public const int DirectoryUnavailable = 3011;
    public const int SessionNotAuthentic = 3020;
    public const int RouteClosed = 3400;
}
