using System.Collections.Concurrent;
using System.Globalization;
using Lethe.Records.Keys;
using Lethe.Records.Ledger;
using Lethe.Records.Storage;
using Orleans.Storage;

namespace Lethe.ClusterTests.Cells;

/// <summary>What survives the silos of a test: grain storage with ETags (JSON, as in production), keys and the ledger.</summary>
public sealed class DurableMemory : IGrainStorage, IKeyStore, ILedgerStore, IStorageErasure
{
    private readonly ConcurrentDictionary<string, (string ETag, string Json)> rows = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> keys = new(StringComparer.Ordinal);
    private readonly List<LedgerRow> ledger = [];
    private readonly Lock gate = new();
    private long writes;

    /// <summary>Gets or sets a fault: asked with the state's name before (false) and after (true) each write.</summary>
    public Func<string, bool, bool>? FailsWrite { get; set; }

    /// <summary>Gets or sets a fault of everything but writes: asked with the step's name before (false) and after (true) it.</summary>
    public Func<string, bool, bool>? FailsStep { get; set; }

    /// <summary>Gets how often traces of deleted rows were erased.</summary>
    public int Erasures { get; private set; }

    public IReadOnlyCollection<string> KeyHandles => [.. keys.Keys];

    public IReadOnlyList<LedgerRow> Ledger
    {
        get
        {
            lock (gate)
            {
                return [.. ledger];
            }
        }
    }

    public IReadOnlyDictionary<string, string> Rows => rows.ToDictionary(row => row.Key, row => row.Value.Json, StringComparer.Ordinal);

    public IGrainStorageSerializer Serializer { get; set; } = null!;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (rows.TryGetValue(KeyOf(stateName, grainId), out (string ETag, string Json) row))
        {
            grainState.State = Serializer.Deserialize<T>(BinaryData.FromString(row.Json));
            grainState.ETag = row.ETag;
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail(stateName, after: false);
        lock (gate)
        {
            string key = KeyOf(stateName, grainId);
            if ((rows.TryGetValue(key, out (string ETag, string Json) row) ? row.ETag : null) != grainState.ETag)
            {
                throw new InconsistentStateException("Another write came first.");
            }
            string tag = (++writes).ToString(CultureInfo.InvariantCulture);
            rows[key] = (tag, Serializer.Serialize(grainState.State).ToString());
            grainState.ETag = tag;
            grainState.RecordExists = true;
        }
        Fail(stateName, after: true);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        FailStep("clear", after: false);
        rows.TryRemove(KeyOf(stateName, grainId), out _);
        FailStep("clear", after: true);
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    public Task PutAsync(string handle, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        FailStep("put-key", after: false);
        if (!keys.TryAdd(handle, key.ToArray()))
        {
            throw new InvalidOperationException("The handle is taken.");
        }
        FailStep("put-key", after: true);
        return Task.CompletedTask;
    }

    public Task<byte[]?> FindAsync(string handle, CancellationToken cancellationToken) =>
        Task.FromResult(keys.TryGetValue(handle, out byte[]? key) ? (byte[]?)[.. key] : null);

    public Task DestroyAsync(string handle, CancellationToken cancellationToken)
    {
        FailStep("destroy-key", after: false);
        keys.TryRemove(handle, out _);
        FailStep("destroy-key", after: true);
        return Task.CompletedTask;
    }

    public Task EraseTracesAsync(CancellationToken cancellationToken)
    {
        FailStep("erase", after: false);
        Erasures++;
        return Task.CompletedTask;
    }

    public Task<LedgerRow?> FindLastAsync(string tenant, CancellationToken cancellationToken) =>
        Task.FromResult(Ledger.LastOrDefault(row => row.Tenant == tenant));

    public Task<bool> TryAppendAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        FailStep("append", after: false);
        lock (gate)
        {
            if (ledger.Exists(other => other.Tenant == row.Tenant && other.Sequence == row.Sequence))
            {
                return Task.FromResult(false);
            }
            ledger.Add(row);
        }
        FailStep("append", after: true);
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<LedgerRow>> ReadAsync(string tenant, long from, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LedgerRow>>([
            .. Ledger.Where(row => row.Tenant == tenant && row.Sequence >= from).OrderBy(row => row.Sequence).Take(count),
        ]);

    // As ADO.NET storage does: the state's name and the key, not the grain type.
    private static string KeyOf(string stateName, GrainId grainId) => $"{stateName}|{grainId.Key}";

    private void Fail(string stateName, bool after)
    {
        if (FailsWrite?.Invoke(stateName, after) == true)
        {
            throw new IOException("The store is gone.");
        }
    }

    private void FailStep(string step, bool after)
    {
        if (FailsStep?.Invoke(step, after) == true)
        {
            throw new IOException("The store is gone.");
        }
    }
}
