using Lethe.Contracts;
using Lethe.Contracts.Sessions;

namespace Lethe.UnitTests.Sealing;

/// <summary>A session silo that keeps everything it ever saw, and hands back what a test wants it to.</summary>
public sealed class HostileSilo : ISessionGrain
{
    private readonly List<(long Revision, Sealed? Manifest)> manifests = [(0, null)];

    /// <summary>Gets every version of every item, oldest first.</summary>
    public List<SealedItem> Seen { get; } = [];

    /// <summary>Gets every manifest, oldest first; the first is of an empty session.</summary>
    public IReadOnlyList<(long Revision, Sealed? Manifest)> Manifests => manifests;

    /// <summary>Gets or sets what is handed back as the manifest; the last one by default.</summary>
    public Func<(long Revision, Sealed? Manifest)>? TellManifest { get; set; }

    /// <summary>Gets or sets what is handed back as an item; its last version by default.</summary>
    public Func<ItemKind, UInt128, (long Version, Sealed Content)?>? TellItem { get; set; }

    /// <summary>Gets or sets how often a change is refused because another call was faster.</summary>
    public int Races { get; set; }

    public Task<SessionResult> ReadManifestAsync(CancellationToken cancellationToken)
    {
        (long revision, Sealed? manifest) = TellManifest?.Invoke() ?? manifests[^1];
        return Task.FromResult<SessionResult>(new ManifestRead(revision, manifest?.Copy()));
    }

    public Task<SessionResult> ReadItemAsync(ItemKind kind, UInt128 id, CancellationToken cancellationToken)
    {
        (long Version, Sealed Content)? told = TellItem is null
            ? Seen.Where(item => item.Kind == kind && item.Id == id).Select(item => (item.Version, item.Content)).Last()
            : TellItem(kind, id);
        return Task.FromResult<SessionResult>(told is { } item ? new ItemRead(item.Version, item.Content.Copy()) : new ItemMissing());
    }

    public Task<SessionResult> PutItemAsync(PutItem command, CancellationToken cancellationToken)
    {
        if (Races-- > 0 || command.BaseRevision != manifests[^1].Revision)
        {
            return Task.FromResult<SessionResult>(new ItemsRefused(ItemsRefusal.ManifestMoved));
        }
        Seen.Add(command.Item);
        manifests.Add((command.BaseRevision + 1, command.Manifest));
        return Task.FromResult<SessionResult>(new ItemsChanged(command.BaseRevision + 1, command.Item.Content.Length));
    }

    public Task<SessionResult> RemoveItemAsync(RemoveItem command, CancellationToken cancellationToken)
    {
        manifests.Add((command.BaseRevision + 1, command.Manifest));
        return Task.FromResult<SessionResult>(new ItemsChanged(command.BaseRevision + 1, 0));
    }

    public Task<OpenSessionResult> OpenAsync(OpenSession command, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionResult> DescribeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionResult> TakeLeaseAsync(TakeLease command, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionResult> KeepLeaseAsync(long fence, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionResult> EndLeaseAsync(EndLease command, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionResult> CancelAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionResult> ForgetAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
