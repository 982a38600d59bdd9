namespace Lethe.Sessions;

/// <summary>Log events of this slice: 1000 to 1899. A retired id is not used again.</summary>
internal static class EventIds
{
    public const int SessionOpened = 1000;
    public const int SessionRefused = 1001;
    public const int SessionEnded = 1002;
    public const int LeaseLapsed = 1003;
    public const int LeasesCancelled = 1004;
}
