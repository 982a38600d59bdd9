namespace Lethe.Records;

/// <summary>Event ids of the records silo's log lines: 4000 to 4999. A retired id is not used again.</summary>
internal static partial class EventIds
{
    public const int TenantProvisioned = 4000;
    public const int MovePhase = 4001;
    public const int MoveArrived = 4002;
    public const int MembersChanged = 4003;
    public const int MembersRefused = 4004;
    public const int IssuerKeyCreated = 4100;
    public const int IssuerKeyRetired = 4101;
    public const int TokensSigned = 4102;
    public const int EpochClosed = 4103;
    public const int EpochTurnFailed = 4104;
    public const int OwnClassUnknown = 4105;
}
