using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Makes and redeems the codes in mailed links: 256 random bits, of which only a digest is stored.</summary>
/// <param name="database">The accounts.</param>
/// <param name="clock">The clock.</param>
internal sealed class AccountLinks(AccountsDbContext database, TimeProvider clock)
{
    /// <summary>How long a Control has for handing a mail over, beyond its pauses, before it counts as lost.</summary>
    public static readonly TimeSpan HandOver = TimeSpan.FromMinutes(2);

    private const int CodeBytes = 32;
    private const int CodeLength = 43;
    private const int MostAtOnce = 100;

    /// <summary>Makes a code. Earlier ones of the account for the same purpose end.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="purpose">What it is good for.</param>
    /// <param name="lifetime">How long.</param>
    /// <param name="newEmail">The new address, for a change of it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>43 characters of base64url.</returns>
    public async Task<string> MakeAsync(
        string accountId,
        LinkPurpose purpose,
        TimeSpan lifetime,
        string? newEmail,
        CancellationToken cancellationToken
    )
    {
        string code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(CodeBytes));
        await database.Links.Where(link => link.AccountId == accountId && link.Purpose == purpose).ExecuteDeleteAsync(cancellationToken);
        AccountLink made = new()
        {
            CodeHash = HashOf(code),
            AccountId = accountId,
            Purpose = purpose,
            ExpiresAt = (clock.GetUtcNow() + lifetime).UtcDateTime,
            NewEmail = newEmail,
            MailAfter = (clock.GetUtcNow() + HandOver).UtcDateTime,
        };
        database.Links.Add(made);
        await database.SaveChangesAsync(cancellationToken);
        database.Entry(made).State = EntityState.Detached;
        return code;
    }

    /// <summary>Looks at a link without using it up.</summary>
    /// <param name="code">The code, as it came.</param>
    /// <param name="purpose">What it must be good for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The link; null when it is unknown, used or too old.</returns>
    public async Task<AccountLink?> FindAsync(string? code, LinkPurpose purpose, CancellationToken cancellationToken)
    {
        if (code is not { Length: CodeLength })
        {
            return null;
        }
        string hash = HashOf(code);
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return await database
            .Links.AsNoTracking()
            .SingleOrDefaultAsync(link => link.CodeHash == hash && link.Purpose == purpose && link.ExpiresAt > now, cancellationToken);
    }

    /// <summary>Uses a link up.</summary>
    /// <param name="link">A link that was found.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether it was still there: of two who try, one gets it.</returns>
    public async Task<bool> UseAsync(AccountLink link, CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return await database.Links.Where(row => row.CodeHash == link.CodeHash && row.ExpiresAt > now).ExecuteDeleteAsync(cancellationToken)
            == 1;
    }

    /// <summary>Says when the mail of a link is to be sent again by whoever is there.</summary>
    /// <param name="code">The code in the mail.</param>
    /// <param name="after">When; null when it was handed over, or never will be.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When it is stored.</returns>
    public Task MailAfterAsync(string code, DateTimeOffset? after, CancellationToken cancellationToken)
    {
        string hash = HashOf(code);
        DateTime? instant = after?.UtcDateTime;
        return database
            .Links.Where(link => link.CodeHash == hash)
            .ExecuteUpdateAsync(link => link.SetProperty(row => row.MailAfter, instant), cancellationToken);
    }

    /// <summary>Takes the links whose mail was lost, each for one Control.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The links; whoever has them makes a new code for each.</returns>
    public async Task<IReadOnlyList<AccountLink>> TakeUnsentAsync(CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        DateTime later = now + HandOver; // should this Control end too
        List<AccountLink> lost = await database
            .Links.AsNoTracking()
            .Where(link => link.MailAfter <= now && link.ExpiresAt > now)
            .OrderBy(link => link.MailAfter)
            .Take(MostAtOnce)
            .ToListAsync(cancellationToken);
        List<AccountLink> taken = [];
        foreach (AccountLink link in lost)
        {
            if (
                await database
                    .Links.Where(row => row.CodeHash == link.CodeHash && row.MailAfter <= now)
                    .ExecuteUpdateAsync(row => row.SetProperty(found => found.MailAfter, later), cancellationToken) == 1
            )
            {
                taken.Add(link);
            }
        }
        return taken;
    }

    /// <summary>Ends all links of an account.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>When they are gone.</returns>
    public Task EndAllAsync(string accountId, CancellationToken cancellationToken) =>
        database.Links.Where(link => link.AccountId == accountId).ExecuteDeleteAsync(cancellationToken);

    private static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}
