namespace Lethe.Admission;

/// <summary>Log events of this slice: 1900 to 1999. A retired id is not used again.</summary>
internal static class EventIds
{
    public const int SpendFailed = 1900;
    public const int EpochsPurged = 1901;
    public const int PurgeFailed = 1902;
}
