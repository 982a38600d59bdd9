using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Makes the question to a passkey single-use, for all Controls of a cell (WebAuthn §13.4.3): its cookie is only sealed, and
/// whoever kept a copy could answer it again. Only right answers are written down, and forgotten soon after the question's end.
/// </summary>
/// <param name="database">The accounts.</param>
/// <param name="clock">The clock.</param>
internal sealed class SpentChallenges(AccountsDbContext database, TimeProvider clock)
{
    /// <summary>How long a question is good.</summary>
    public static readonly TimeSpan QuestionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Uses a question up.</summary>
    /// <param name="credentialJson">An answer that was found to be right.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>Whether it was the first answer: of two who send one, one gets through.</returns>
    public async Task<bool> TrySpendAsync(string credentialJson, CancellationToken cancellationToken)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        await database.SpentChallenges.Where(row => row.ForgetAt <= now).ExecuteDeleteAsync(cancellationToken);
        SpentChallengeRow spent = new() { Hash = HashOf(credentialJson), ForgetAt = now + (2 * QuestionLifetime) }; // clocks differ
        database.SpentChallenges.Add(spent);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            database.Entry(spent).State = EntityState.Detached;
            if (!await database.SpentChallenges.AnyAsync(row => row.Hash == spent.Hash, cancellationToken))
            {
                throw; // it was not for the row that was there already
            }
            return false;
        }
    }

    // Of the decoded bytes: a registration is not signed, so its text could be written in another way.
    private static string HashOf(string credentialJson)
    {
        using JsonDocument credential = JsonDocument.Parse(credentialJson);
        string? sent = credential.RootElement.GetProperty("response").GetProperty("clientDataJSON").GetString();
        using JsonDocument client = JsonDocument.Parse(Base64Url.DecodeFromChars(sent));
        string? challenge = client.RootElement.GetProperty("challenge").GetString();
        return Convert.ToHexStringLower(SHA256.HashData(Base64Url.DecodeFromChars(challenge)));
    }
}
