using System.Collections.Frozen;
using Microsoft.AspNetCore.Identity;

namespace Lethe.Control.Identity.Accounts;

/// <summary>
/// What a password must be: 12 to 128 characters, none of the most common ones, not the person's own address. No rules of
/// composition (NIST SP 800-63B §3.1.1).
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<Account>
{
    /// <summary>The shortest.</summary>
    public const int Shortest = 12;

    /// <summary>The longest.</summary>
    public const int Longest = 128;

    private const int ShortestName = 4;

    private static readonly FrozenSet<string> Common = ReadCommon();

    /// <summary>Judges a password.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="password">The password.</param>
    /// <returns><see cref="CredentialOutcome.Done"/> when it will do.</returns>
    public static CredentialOutcome Judge(Account account, string? password)
    {
        if (password is not { Length: >= Shortest and <= Longest })
        {
            return CredentialOutcome.PasswordLength;
        }
        string plain = password.Trim();
        bool repeats = plain.Distinct().Count() < 4;
        string name = account.Email?.Split('@')[0] ?? string.Empty;
        bool own = name.Length >= ShortestName && plain.Contains(name, StringComparison.OrdinalIgnoreCase);
        return repeats || own || Common.Contains(plain) ? CredentialOutcome.PasswordCommon : CredentialOutcome.Done;
    }

    /// <inheritdoc/>
    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Task.FromResult(
            Judge(user, password) is CredentialOutcome.Done
                ? IdentityResult.Success
                : IdentityResult.Failed(new IdentityError { Code = "PasswordRefused" })
        );

    private static FrozenSet<string> ReadCommon()
    {
        using Stream stream =
            typeof(PasswordRules).Assembly.GetManifestResourceStream("CommonPasswords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is missing.");
        using StreamReader reader = new(stream);
        return reader
            .ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
