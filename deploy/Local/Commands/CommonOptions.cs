using System.CommandLine;

namespace Lethe.Local.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>Makes the option that names the state folder.</summary>
    /// <returns>The option.</returns>
    public static Option<string> State() =>
        new("--state") { Description = "The folder with databases, keys and certificates.", DefaultValueFactory = _ => ".lethe" };

    /// <summary>Makes the option that chooses a cell.</summary>
    /// <returns>The option.</returns>
    public static Option<string> Region()
    {
        Option<string> region = new("--region") { Description = "The cell: eu or ch.", DefaultValueFactory = _ => "eu" };
        region.AcceptOnlyFromAmong("eu", "ch");
        return region;
    }

    /// <summary>Makes the option that chooses a seeded firm.</summary>
    /// <returns>The option.</returns>
    public static Option<string> Tenant()
    {
        Option<string> tenant = new("--tenant")
        {
            Description = "The seeded firm.",
            DefaultValueFactory = _ => Cells.DemoPeople.Tenants[0].Id,
        };
        tenant.AcceptOnlyFromAmong([.. Cells.DemoPeople.Tenants.Select(known => known.Id)]);
        return tenant;
    }
}
