using System.Data.Common;
using System.Net;
using Lethe.Records.Storage;
using Lethe.Silo.Settings;

namespace Lethe.Silo.Storage;

/// <summary>What Orleans keeps in the plane's database: membership; in the identity plane also grain states and reminders.</summary>
internal static class OrleansStorage
{
    /// <summary>Adds the silo's clustering.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="settings">The settings.</param>
    public static void AddClustering(this ISiloBuilder silo, SiloSettings settings)
    {
        OrleansSettings orleans = settings.Orleans;
        if (orleans.Clustering == OrleansSettings.Development)
        {
            silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Parse(orleans.Address), orleans.SiloPort));
            return;
        }

        silo.UseAdoNetClustering(options =>
            options.Configure<DbDataSource>(
                (clustering, database) =>
                {
                    clustering.Invariant = Invariant(settings.Database.Provider);
                    clustering.DataSource = database;
                }
            )
        );
    }

    /// <summary>Adds the grain storage providers of <see cref="StorageNames"/> and the reminders. The content plane has none of them.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <param name="settings">The settings.</param>
    public static void AddGrainStorage(this ISiloBuilder silo, SiloSettings settings)
    {
        string invariant = Invariant(settings.Database.Provider);
        silo.UseSystemTextJsonGrainStorageSerializer();
        silo.AddAdoNetGrainStorage(
            StorageNames.Records,
            options =>
                options.Configure<DbDataSource>(
                    (storage, database) =>
                    {
                        storage.Invariant = invariant;
                        storage.DataSource = database;
                        storage.DeleteStateOnClear = true;
                    }
                )
        );
        silo.AddAdoNetGrainStorage(
            StorageNames.Quota,
            options =>
                options.Configure<IServiceProvider>(
                    (storage, provider) =>
                    {
                        storage.Invariant = invariant;
                        storage.DataSource = provider.GetRequiredKeyedService<DbDataSource>(StorageNames.Quota);
                        storage.DeleteStateOnClear = true;
                    }
                )
        );
        silo.UseAdoNetReminderService(options =>
            options.Configure<DbDataSource>(
                (reminders, database) =>
                {
                    reminders.Invariant = invariant;
                    reminders.DataSource = database;
                }
            )
        );
    }

    // Orleans' names for the drivers: its "System.Data.SQLite" loads Microsoft.Data.Sqlite.
    private static string Invariant(string provider) => provider == DatabaseSettings.PostgreSql ? "Npgsql" : "System.Data.SQLite";
}
