namespace Lethe.ArchitectureTests;

/// <summary>Every string and every run of bytes that may cross a grain call, and why it cannot be content. A new line is a review.</summary>
internal static class WireAllowList
{
    public static IReadOnlyDictionary<string, string> Reasons { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Sealed.bytes"] = "ciphertext: the one type for content, its text is a constant",
            ["OpenSession.NonceHash"] = "SHA-256 of random bits, 32 bytes",
        };
}
