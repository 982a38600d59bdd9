using Lethe.Control.Wording;

namespace Lethe.Control.Console.Shell;

/// <summary>What every page needs to know of its request.</summary>
/// <param name="Texts">The language.</param>
/// <param name="Path">The page's path.</param>
/// <param name="Query">What of the query stays in another language, by <see cref="KeptQuery"/>; empty, or begins with <c>?</c>.</param>
/// <param name="ProofField">The name of the form field with the antiforgery token.</param>
/// <param name="Proof">The antiforgery token.</param>
/// <param name="SignedIn">Whether somebody is signed in.</param>
public sealed record PageFrame(Texts Texts, string Path, string Query, string ProofField, string Proof, bool SignedIn)
{
    /// <summary>Gets the address of this page in another language.</summary>
    /// <param name="language">The language.</param>
    /// <returns>A path with a query.</returns>
    public string InLanguage(string language) => $"{Path}{(Query.Length == 0 ? "?" : Query + "&")}language={language}";

    /// <inheritdoc/>
    public override string ToString() => nameof(PageFrame);
}
