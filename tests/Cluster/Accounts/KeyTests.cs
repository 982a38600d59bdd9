using System.Text.Json;
using Lethe.Client;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Identity.Accounts.Keys;
using Lethe.Control.Identity.Accounts.Storage;
using Lethe.TestKit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Lethe.ClusterTests.Accounts;

/// <summary>A cell whose clock a single class moves by months.</summary>
[CollectionDefinition(Name)]
public sealed class AgeingAccountsSuite : ICollectionFixture<SqliteAccounts>
{
    public const string Name = "accounts that grow old";
}

/// <summary>Keys of tokens are renewed and destroyed; what has ended is deleted.</summary>
[Collection(AgeingAccountsSuite.Name)]
public sealed class KeyTests(SqliteAccounts cell)
{
    private static CancellationToken Cancel => AccountsCell.Cancel;

    [Fact]
    public async Task SigningKey_IsReplacedAfterNinetyDays_PublishedBeforeAndDestroyedAfter()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        string first = KeyOf(await browser.AuthorizeAsync(anna));
        Assert.Equal([first], await PublishedAsync(browser));
        TimeSpan left = await LeftAsync(first); // 90 days, less what other tests let go by
        Assert.InRange(left, TimeSpan.FromDays(1.1), TimeSpan.FromDays(90));

        await AgeAsync(left - TimeSpan.FromHours(12));
        string next = Assert.Single(await PublishedAsync(browser), id => id != first);
        Assert.Equal(first, KeyOf(await browser.AuthorizeAsync(anna))); // known everywhere before it is used

        await AgeAsync(TimeSpan.FromHours(12.1));
        Assert.Equal(next, KeyOf(await browser.AuthorizeAsync(anna)));
        Assert.Contains(first, await PublishedAsync(browser));

        await AgeAsync(TimeSpan.FromHours(2));
        Assert.Equal([next], await PublishedAsync(browser));
        Assert.Equal(1, await CountAsync(rows => rows.TokenKeys.CountAsync(row => row.Use == "sig", Cancel)));
    }

    [Fact]
    public async Task EndedRows_AreDeletedADayLater()
    {
        Person anna = await cell.NewPersonAsync();
        using Browser browser = cell.NewBrowser();
        await browser.AuthorizeAsync(anna);
        await browser.SubmitAsync(AccountPaths.Forgotten, ("email", anna.Email));
        await cell.Mail.CodeAsync(anna.Email, AccountPaths.Reset);
        Assert.False(await browser.SignInAsync(AccountsCell.NewEmail(), "wrong wrong wrong"));
        await AgeAsync(TimeSpan.FromDays(30));
        Assert.Equal(0, await CountAsync(rows => rows.Tokens.CountAsync(Cancel)));
        Assert.Equal(0, await CountAsync(rows => rows.Authorizations.CountAsync(Cancel)));
        Assert.Equal(0, await CountAsync(rows => rows.Links.CountAsync(Cancel)));
        Assert.Equal(0, await CountAsync(rows => rows.Attempts.CountAsync(Cancel)));
    }

    [Fact]
    public async Task StoredKeys_AreWrapped_AndOfTheKekThatIsNamed()
    {
        await using AsyncServiceScope scope = cell.Services.CreateAsyncScope();
        AccountsDbContext rows = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        TokenKeyRow row = await rows.TokenKeys.AsNoTracking().FirstAsync(Cancel);
        AccountKeyRing ring = scope.ServiceProvider.GetRequiredService<AccountKeyRing>();
        byte[] key = KeyWrap.Unwrap(ring.Find(row.KekId), row.Id, row.Wrapped);
        Assert.DoesNotContain(Convert.ToHexString(key), Convert.ToHexString(row.Wrapped), StringComparison.Ordinal);
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() =>
            KeyWrap.Unwrap(ring.Find(row.KekId), row.Id + "x", row.Wrapped)
        );
        string dump = await cell.DumpAsync();
        Assert.DoesNotContain("<key ", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", dump, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_OfAnEarlierKek_AreReadAndNotWritten()
    {
        using TempFolder folder = new();
        string Kek(string name)
        {
            string file = folder.File(name);
            File.WriteAllText(
                file,
                System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32))
            );
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
            return file;
        }
        (string before, string after) = (Kek("before"), Kek("after"));
        ColumnProtector old = new(new(Options.Create(new KekOptions { File = before })));
        ColumnProtector both = new(new(Options.Create(new KekOptions { File = after, Previous = { before } })));
        ColumnProtector only = new(new(Options.Create(new KekOptions { File = after })));
        string hidden = old.Protect("anna@kanzlei.example")!;
        Assert.Equal(hidden, old.Protect("anna@kanzlei.example"));
        Assert.NotEqual(hidden, old.Protect("reto@kanzlei.example"));
        Assert.Equal("anna@kanzlei.example", both.Unprotect(hidden));
        Assert.NotEqual(hidden, both.Protect("anna@kanzlei.example"));
        Assert.Equal(2, both.GetAllKeyIds().Count());
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => only.Unprotect(hidden));
        File.SetUnixFileMode(after, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() =>
            new AccountKeyRing(Options.Create(new KekOptions { File = after }))
        );
    }

    private static string KeyOf(SignedIn tokens) => new JsonWebToken(tokens.AccessToken).Kid;

    private static async Task<string[]> PublishedAsync(Browser browser)
    {
        using JsonDocument set = JsonDocument.Parse(await browser.Http.GetStringAsync("/.well-known/jwks", Cancel));
        return [.. set.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];
    }

    private async Task<TimeSpan> LeftAsync(string key)
    {
        TokenKeyRow row = await cell.InScopeAsync<AccountsDbContext, TokenKeyRow>(rows =>
            rows.TokenKeys.AsNoTracking().SingleAsync(row => row.Id == key, Cancel)
        );
        return DateTime.SpecifyKind(row.NotAfter, DateTimeKind.Utc) - cell.Silo.Clock.GetUtcNow().UtcDateTime;
    }

    private async Task AgeAsync(TimeSpan time)
    {
        cell.Silo.Clock.Advance(time);
        await cell.Services.GetRequiredService<AccountsStart>().SweepAsync(Cancel);
    }

    private async Task<int> CountAsync(Func<AccountsDbContext, Task<int>> count) => await cell.InScopeAsync(count);
}
