namespace Lethe.Local.Cells;

/// <summary>A tenant that the local default seeds, with its owner.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Region">Where it starts: <c>eu</c> or <c>ch</c>.</param>
/// <param name="Domain">Its login domain.</param>
/// <param name="Owner">The address of its owner.</param>
internal sealed record DemoTenant(string Id, string Region, string Domain, string Owner);

/// <summary>Who exists in the local default: two firms with an owner each, and one member of the operator's support staff in each cell.</summary>
internal static class DemoPeople
{
    /// <summary>The address of the seeded member of the support staff.</summary>
    public const string SupportStaff = "support@lethe.example";

    /// <summary>Gets the seeded tenants.</summary>
    public static IReadOnlyList<DemoTenant> Tenants { get; } =
    [
        new("kanzlei-muster", "eu", "kanzlei-muster.example", "anna@kanzlei-muster.example"),
        new("kanzlei-zuerich", "ch", "kanzlei-zuerich.example", "reto@kanzlei-zuerich.example"),
    ];

    /// <summary>Gets who has an account in a cell.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>Their addresses.</returns>
    public static IReadOnlyList<string> Of(string region) =>
        [.. Tenants.Where(tenant => tenant.Region == region).Select(tenant => tenant.Owner), SupportStaff];
}
