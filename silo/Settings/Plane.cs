namespace Lethe.Silo.Settings;

/// <summary>The two halves of a cell. A process belongs to one.</summary>
public enum Plane
{
    /// <summary>Sessions in memory; knows no account.</summary>
    Content = 1,

    /// <summary>Accounts, tenants, issuer keys, support; knows no session.</summary>
    Identity = 2,
}
