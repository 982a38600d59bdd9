namespace Lethe.Silo.Migration;

/// <summary>The folders of <c>deploy/postgres</c>, one per database.</summary>
internal static class SchemaFolders
{
    /// <summary>The content plane's database.</summary>
    public const string Content = "postgres/content/";

    /// <summary>The identity plane's database.</summary>
    public const string Identity = "postgres/identity/";

    /// <summary>The key store's database.</summary>
    public const string Keys = "postgres/keys/";
}
