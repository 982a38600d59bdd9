using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>Accounts in a file.</summary>
public sealed class SqliteAccounts : AccountsCell
{
    internal override async Task<string> DumpAsync()
    {
        StringBuilderOfFiles files = new();
        foreach (string file in Directory.EnumerateFiles(Pki.Folder, "accounts.db*"))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await files.AddAsync(stream);
        }
        return files.ToString();
    }

    protected override Task<IEnumerable<(string Name, string Value)>> DatabaseAsync() =>
        Task.FromResult<IEnumerable<(string, string)>>([
            ("Accounts:Database:Provider", "sqlite"),
            ("Accounts:Database:ConnectionString", $"Data Source={Pki.PathOf("accounts.db")}"),
        ]);

    private sealed class StringBuilderOfFiles
    {
        private readonly System.Text.StringBuilder text = new();

        public async Task AddAsync(Stream stream)
        {
            using MemoryStream bytes = new();
            await stream.CopyToAsync(bytes);
            text.Append(System.Text.Encoding.Latin1.GetString(bytes.ToArray()));
        }

        public override string ToString() => text.ToString();
    }
}

/// <summary>Tests that move the cell's clock run one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SqliteAccountsSuite : ICollectionFixture<SqliteAccounts>
{
    public const string Name = "accounts in a file";
}
