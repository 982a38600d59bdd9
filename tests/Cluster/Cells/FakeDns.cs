using System.Collections.Concurrent;
using Lethe.Control.Identity.Providers;

namespace Lethe.ClusterTests.Cells;

/// <summary>What domains publish, as a test says.</summary>
internal sealed class FakeDns : IDomainRecords
{
    public ConcurrentDictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    public Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(Texts.TryGetValue(name, out string? text) ? ["v=spf1 -all", text] : []);
}
