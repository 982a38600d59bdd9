using System.Data.Common;
using Lethe.Admission;
using Lethe.Records.DirectoryRecords;
using Lethe.Records.Keys;
using Lethe.Records.Ledger;
using Lethe.Records.Support;
using Lethe.Records.Tenants;
using Lethe.Records.Tokens;
using Lethe.Sessions;
using Lethe.Silo.Settings;
using Lethe.Silo.Storage;

namespace Lethe.Silo.Planes;

/// <summary>What each plane consists of: one line per slice.</summary>
internal static class PlaneSlices
{
    /// <summary>Adds the slices of the plane.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="settings">The settings.</param>
    public static void AddSlices(this ISiloBuilder silo, SiloSettings settings)
    {
        switch (settings.Plane)
        {
            case Plane.Content: // no grain storage provider: what a session holds has nowhere to go
                silo.AddSessions();
                silo.Services.AddAdmission(
                    settings.Database.Provider == DatabaseSettings.PostgreSql ? SpentTokenStore.PostgreSql : SpentTokenStore.Sqlite,
                    static provider => provider.GetRequiredService<DbDataSource>()
                );
                break;
            case Plane.Identity:
                silo.AddGrainStorage(settings);
                silo.AddKeyStore();
                silo.AddLedger();
                silo.AddDirectory();
                silo.AddTenants();
                silo.AddTokens();
                silo.AddSupport();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(settings));
        }
    }
}
