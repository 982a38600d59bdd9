using System.Globalization;

namespace Lethe.Local.Cells;

/// <summary>Where a local cell answers.</summary>
/// <param name="Gateway">The Gateway's base URL.</param>
/// <param name="Control">Control's base URL.</param>
internal sealed record CellUrls(string Gateway, string Control)
{
    /// <summary>Gets the URLs of a cell.</summary>
    /// <param name="cell">Its name and ports.</param>
    /// <returns>The URLs.</returns>
    public static CellUrls From(KeyValuePair<string, CellPorts> cell) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"https://localhost:{cell.Value.Gateway}"),
            string.Create(CultureInfo.InvariantCulture, $"https://localhost:{cell.Value.Control}")
        );
}
