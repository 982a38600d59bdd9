namespace Lethe.Control;

/// <summary>Event ids of Control's log lines: 5000 to 5999. A retired id is not used again.</summary>
internal static class EventIds
{
    public const int Unforeseen = 5000;
    public const int CellUnavailable = 5001;
    public const int TenantsProvisioned = 5100;
    public const int ProvisioningFailed = 5101;
    public const int RecordPushed = 5102;
    public const int MoveStepped = 5200;
    public const int MoveStuck = 5201;
    public const int CellMessageRefused = 5202;
    public const int MoveFault = 5203;
    public const int MoveStrays = 5204;
    public const int StaffProvisioned = 5300;
    public const int StaffNotProvisioned = 5301;
    public const int ResetNotSent = 5400;
    public const int TokenKeyMade = 5402;
    public const int AccountsSwept = 5403;
    public const int SweepFailed = 5404;
    public const int LockNotRecorded = 5405;
    public const int StaffResetFailed = 5500;
    public const int EpochClosed = 5501;
    public const int MailSent = 5450;
    public const int MailDeferred = 5451;
    public const int MailRefused = 5452;
    public const int MailGivenUp = 5453;
    public const int MailQueueFull = 5454;
    public const int MailFault = 5455;
    public const int MailLost = 5456;
    public const int MailsSentAgain = 5457;
    public const int MailsNotSentAgain = 5458;
    public const int PageFailed = 5470;
}
