using System.Security.Cryptography;
using System.Text;
using Lethe.ClusterTests.Cells;
using Lethe.ClusterTests.Silo;
using Lethe.Contracts;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.TestKit;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>Withdrawal is final: on the real files, and when the database comes back from before.</summary>
public sealed class BackupTests
{
    private const int DocumentBytes = 300_000;

    private static CancellationToken Cancel => RecordsSilo.Cancel;

    [Fact]
    public async Task Withdrawal_LeavesNothingInTheFilesAndARestoredBackupCannotBeRead()
    {
        using TempFolder folder = new();
        string database = folder.File("identity.db");
        string backup = folder.File("backup.db");
        SupportScene scene;
        SupportId share;
        string[] needles;
        await using (RunningSilo silo = await StartAsync(folder))
        {
            scene = new SupportScene(silo.Grains, await ProvisionAsync(silo.Grains));
            Assert.IsType<CaseOpened>(await scene.Case.OpenAsync(scene.Owner, Cancel));
            share = await scene.ConsentAsync();
            byte[] ciphertext = RandomNumberGenerator.GetBytes(SupportLimits.SealedBytes(DocumentBytes));
            needles = NeedlesOf(ciphertext);
            StoreDocument document = new(scene.Owner, new Sealed(ciphertext), DocumentBytes, ShareFormat.Pdf);
            Assert.IsType<DocumentStored>(await scene.Share(share).StoreDocumentAsync(document, Cancel));
            Assert.IsType<DocumentRead>(await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));

            await using (SqliteConnection from = new($"Data Source={database};Pooling=False"))
            await using (SqliteConnection to = new($"Data Source={backup};Pooling=False"))
            {
                await from.OpenAsync(Cancel);
                await to.OpenAsync(Cancel);
                from.BackupDatabase(to);
            }
            Assert.Contains(needles, needle => Holds(backup, needle));

            Assert.IsType<SupportEnded>(await scene.Share(share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel));
            foreach (string file in (string[])[database, database + "-wal", database + "-shm"])
            {
                Assert.All(needles, needle => Assert.False(File.Exists(file) && Holds(file, needle)));
            }
            Assert.False(Holds(database, $"s/{share}") && Holds(database, "\"TextSha256\""));
        }

        foreach (string file in (string[])[database, database + "-wal", database + "-shm"])
        {
            File.Delete(file);
        }
        File.Copy(backup, database);
        await using (RunningSilo silo = await StartAsync(folder))
        {
            SupportScene restored = new(silo.Grains, scene.Owner);
            SupportStaff staff = await restored.StaffAsync(SupportScene.Undertaking(DateTimeOffset.UtcNow));
            Assert.Contains(needles, needle => Holds(database, needle)); // the ciphertext is back, its key is not
            Assert.IsType<SupportUnknown>(await restored.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
            Assert.IsType<SupportUnknown>(await restored.Share(share).ReadDocumentAsync(staff, Cancel));
            Assert.IsType<SupportUnknown>(await restored.Share(share).DescribeAsync(scene.Owner, Cancel));
            await restored.SweepShareAsync(share);
            Assert.All(needles, needle => Assert.False(Holds(database, needle) || Holds(database + "-wal", needle)));
        }
    }

    private static Task<RunningSilo> StartAsync(TempFolder folder) => RunningSilo.StartAsync(RunningSilo.SettingsIn(folder, "identity"));

    private static async Task<SupportOwner> ProvisionAsync(IGrainFactory grains)
    {
        (TenantId tenant, AccountId owner) = (RecordsSilo.NewTenant(), RecordsSilo.NewAccount());
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], [new Member(owner, Role.Owner)], null);
        Assert.IsType<TenantProvisioned>(await grains.GetGrain<ITenantGrain>(tenant.GrainKey).ProvisionAsync(command, Cancel));
        return new SupportOwner(tenant, owner);
    }

    // Pieces of the ciphertext as stored JSON has them: base64, without characters that JSON escapes.
    private static string[] NeedlesOf(byte[] ciphertext) =>
        [
            .. Enumerable
                .Range(0, ciphertext.Length / 3000)
                .Select(index => Convert.ToBase64String(ciphertext, index * 3000, 24))
                .Where(text => !text.Contains('+', StringComparison.Ordinal) && !text.Contains('/', StringComparison.Ordinal))
                .Take(20),
        ];

    private static bool Holds(string file, string needle)
    {
        if (!File.Exists(file))
        {
            return false;
        }
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(needle)) >= 0;
    }
}
