namespace Lethe.ClusterTests.Unlinkability;

/// <summary>What the identity plane sees: an account, an instant, and what it drew.</summary>
/// <param name="At">When.</param>
/// <param name="Account">Whose request it was.</param>
/// <param name="Tokens">How many blinded messages it held.</param>
/// <param name="NotBefore">When the epoch of the key that signs them began.</param>
internal sealed record IdentitySighting(DateTimeOffset At, int Account, int Tokens, DateTimeOffset NotBefore);

/// <summary>What the content plane sees: a token, an instant.</summary>
/// <param name="At">When.</param>
/// <param name="NotBefore">When the epoch of the token's key began.</param>
internal sealed record ContentSighting(DateTimeOffset At, DateTimeOffset NotBefore);

/// <summary>All that either plane could know of a run, and, apart from it, the truth.</summary>
/// <param name="Accounts">How many accounts there are.</param>
/// <param name="Identity">In the order of time.</param>
/// <param name="Content">The sessions, in the order of time.</param>
/// <param name="Truth">Whose each session was: not the linker's.</param>
/// <param name="Counted">Which sessions the client itself has counted as linkable.</param>
internal sealed record Sightings(
    int Accounts,
    IReadOnlyList<IdentitySighting> Identity,
    IReadOnlyList<ContentSighting> Content,
    IReadOnlyList<int> Truth,
    IReadOnlyList<bool> Counted
)
{
    /// <summary>The same of the first accounts only. The linker is told whose the left-out sessions are not: that is for it, not against it.</summary>
    public Sightings Of(int accounts)
    {
        int[] theirs = [.. Enumerable.Range(0, Content.Count).Where(at => Truth[at] < accounts)];
        return new(
            accounts,
            [.. Identity.Where(draw => draw.Account < accounts)],
            [.. theirs.Select(at => Content[at])],
            [.. theirs.Select(at => Truth[at])],
            [.. theirs.Select(at => Counted[at])]
        );
    }
}
