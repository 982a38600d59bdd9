using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Support;

/// <summary>The keys of the grains that stand for an account.</summary>
public static class AccountKeys
{
    /// <summary>Gets the key of <see cref="IStaffGrain"/> and <see cref="IAccountCasesGrain"/>: <c>u/</c> and the account's pseudonym.</summary>
    /// <param name="account">The account.</param>
    /// <returns>The grain key.</returns>
    public static string ToGrainKey(this AccountId account) => "u/" + account.Value;
}
