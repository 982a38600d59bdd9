namespace Lethe.Records.Storage;

/// <summary>The names of the grain storage providers, for <c>[PersistentState("…", StorageNames.Records)]</c>.</summary>
public static class StorageNames
{
    /// <summary>Everything but quotas.</summary>
    public const string Records = "records";

    /// <summary>Tokens drawn per pseudonym: own table, own database role.</summary>
    public const string Quota = "quota";
}
