namespace Lethe.Local.Cells;

/// <summary>A tenant that the local default seeds, with its owner.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Region">Where it starts: <c>eu</c> or <c>ch</c>.</param>
/// <param name="Domain">Its login domain.</param>
/// <param name="Owner">The subject of its owner at the development issuer.</param>
internal sealed record DemoTenant(string Id, string Region, string Domain, string Owner);

/// <summary>Who exists in the local default: two firms with an owner each, and one member of the operator's support staff.</summary>
internal static class DemoPeople
{
    /// <summary>The name under which the operator's own issuer stands.</summary>
    public const string Operator = "operator";

    /// <summary>The subject of the seeded member of the support staff.</summary>
    public const string SupportStaff = "support-demo";

    /// <summary>Gets the seeded tenants.</summary>
    public static IReadOnlyList<DemoTenant> Tenants { get; } =
    [new("kanzlei-muster", "eu", "kanzlei-muster.example", "anna"), new("kanzlei-zuerich", "ch", "kanzlei-zuerich.example", "reto")];
}
