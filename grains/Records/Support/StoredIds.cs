using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;

namespace Lethe.Records.Support;

/// <summary>Reads ids out of grain keys and stored states. What is not an id there is a fault, not a refusal.</summary>
internal static class StoredIds
{
    private const string KeyPrefix = "s/";

    public static SupportId FromGrainKey(string key) =>
        key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? Parse(key[KeyPrefix.Length..]) : throw NoId();

    public static SupportId Parse(string text) => SupportId.TryParse(text, out SupportId id) ? id : throw NoId();

    public static SupportOwner Owner(string tenant, string account) =>
        TenantId.TryParse(tenant, out TenantId ownTenant) && AccountId.TryParse(account, out AccountId ownAccount)
            ? new SupportOwner(ownTenant, ownAccount)
            : throw NoId();

    private static InvalidOperationException NoId() => new("Not an id.");
}

/// <summary>Comparing instants.</summary>
internal static class Instants
{
    public static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
