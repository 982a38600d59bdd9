namespace Lethe.Silo;

/// <summary>Log events of the silo host: 9000 to 9099. A retired id is not used again.</summary>
internal static class EventIds
{
    public const int GrainFailed = 9000;
    public const int ManagementRefused = 9001;
    public const int Ready = 9010;
    public const int Stopping = 9011;
}
