using Lethe.Contracts.Ledger;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// Lets one account try few codes of devices, and one network many, because a firm is one network. A code is 12 digits and
/// good for minutes, so that what is left of guessing finds none. A lock is answered as a wrong code is.
/// </summary>
/// <param name="attempts">Counts wrong codes, for all Controls of the cell.</param>
/// <param name="limits">Counts all codes, before they are judged.</param>
/// <param name="ledger">Records locks.</param>
internal sealed class DeviceCodeGuesses(Attempts attempts, AttemptLimits limits, AccountLedger ledger)
{
    /// <summary>Counts a code that somebody typed.</summary>
    /// <param name="account">By whom.</param>
    /// <param name="right">Whether there is such a code.</param>
    /// <param name="network">From where.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether it may be used: false for a wrong one, and for every one while the account is locked.</returns>
    public async Task<bool> MayAsync(Account account, bool right, string network, CancellationToken cancellationToken)
    {
        if (!limits.TryCode(network, account.Id))
        {
            return false;
        }
        string name = $"device codes of {account.Id}"; // no address: it has no @
        if (right)
        {
            return !await attempts.IsLockedAsync(name, cancellationToken); // and nothing is cleared: anybody has a right code of their own
        }
        if (await attempts.EnterAsync(name, cancellationToken) && await attempts.TakeLockAsync(name, cancellationToken))
        {
            await ledger.RecordAsync(LedgerEvent.DeviceCodesLocked, account, cancellationToken);
        }
        return false;
    }
}
