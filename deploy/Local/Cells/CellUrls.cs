using System.Globalization;
using System.Text.Json;
using Lethe.Local.State;

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

    /// <summary>Reads the URLs of the running cells.</summary>
    /// <param name="folder">The folder of a running <c>up</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The URLs by region.</returns>
    /// <exception cref="LocalStateException">The file is damaged.</exception>
    public static async Task<Dictionary<string, CellUrls>> ReadAsync(LocalFolder folder, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<Dictionary<string, CellUrls>>(
            await File.ReadAllTextAsync(folder.PathOf("running.json"), cancellationToken)
        ) ?? throw new LocalStateException("The file running.json is damaged: start 'up' again.");
}
