namespace Lethe.Local.State;

/// <summary>Why the local default cannot go on: one sentence for whoever typed the command.</summary>
/// <param name="message">The sentence. Holds no content.</param>
public sealed class LocalStateException(string message) : Exception(message);
