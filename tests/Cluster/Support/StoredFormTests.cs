using Lethe.Contracts;
using Lethe.Contracts.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>What stands in the database, to the letter: a change here is a change of stored data.</summary>
[Collection(SupportSuite.Name)]
public sealed class StoredFormTests(SupportSilo silo)
{
    private static CancellationToken Cancel => SupportScene.Cancel;

    [Fact]
    public async Task Case_IsStoredInThisForm()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync();
        AddMessage message = new(scene.Owner, SupportId.Create(), new Sealed(new byte[30]));
        await scene.Case.AddMessageAsync(message, Cancel);
        string now = At(silo.Clock.GetUtcNow());
        Assert.Equal(
            $$"""
            {"Stage":2,"Tenant":"{{scene.Owner.Tenant.Value}}","Account":"{{scene.Owner.Account.Value}}","CreatedAt":"{{now}}","ExpiresAt":"{{At(
                silo.Clock.GetUtcNow().AddDays(90)
            )}}","Messages":[{"Id":"{{message.Message}}","Author":1,"SentAt":"{{now}}","ExpiresAt":"{{At(
                silo.Clock.GetUtcNow().AddDays(30)
            )}}","Ciphertext":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}],"Shares":["{{share}}"]}
            """,
            silo.Durable.Rows[$"case|{scene.CaseId.ToGrainKey()}"]
        );
        Assert.Equal($$"""{"Cases":["{{scene.CaseId}}"]}""", silo.Durable.Rows[$"account-cases|{scene.Owner.Account.ToGrainKey()}"]);
    }

    [Fact]
    public async Task Share_IsStoredInThisForm()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync();
        await scene.Share(share).StoreDocumentAsync(new StoreDocument(scene.Owner, new Sealed(new byte[30]), 2, ShareFormat.Pdf), Cancel);
        string now = At(silo.Clock.GetUtcNow());
        Assert.Equal(
            $$$"""
            {"Stage":3,"Tenant":"{{{scene.Owner.Tenant.Value}}}","Account":"{{{scene.Owner.Account.Value}}}","Case":"{{{scene.CaseId}}}","Consent":{"ShareDocument":true,"TextVersion":"2026-11-01","TextLanguage":1,"TextSha256":"mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE=","Purpose":1,"GivenAt":"{{{now}}}","ExpiresAt":"{{{At(
                silo.Clock.GetUtcNow().AddDays(7)
            )}}}"},"Document":{"StoredAt":"{{{now}}}","PlaintextBytes":2,"Format":4,"Ciphertext":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}
            """,
            silo.Durable.Rows[$"share|{share.ToGrainKey()}"]
        );
    }

    [Fact]
    public async Task Staff_IsStoredInThisForm()
    {
        SupportScene scene = await SupportScene.StartAsync(silo);
        SupportStaff staff = await scene.StaffAsync(new Undertaking(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), new byte[32]));
        Assert.Equal(
            """{"Roles":64,"Undertaking":{"SignedOn":"2026-01-01","ValidUntil":"2026-12-31","Sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}""",
            silo.Durable.Rows[$"staff|{staff.Account.ToGrainKey()}"]
        );
    }

    private static string At(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:sszzz");
}
