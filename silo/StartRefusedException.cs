namespace Lethe.Silo;

/// <summary>The host cannot start as it is set up. The message is one sentence for whoever starts it, without any value of a secret.</summary>
/// <param name="sentence">What is wrong and what to do.</param>
/// <param name="cause">What was thrown, if anything.</param>
public sealed class StartRefusedException(string sentence, Exception? cause = null) : Exception(sentence, cause);
