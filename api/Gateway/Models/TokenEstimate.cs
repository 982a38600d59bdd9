namespace Lethe.Gateway.Models;

/// <summary>
/// How many model tokens a text has, roughly and rather too many: one for every three UTF-8 bytes. Published tokenizers
/// have 3.5 to 4.5 bytes a token for English and 3 to 4 for German, so that a budget reserved by this covers the run.
/// </summary>
public static class TokenEstimate
{
    /// <summary>Estimates the tokens of a text.</summary>
    /// <param name="utf8Bytes">Its length in UTF-8 bytes, 0 or more.</param>
    /// <returns>The tokens, 0 or more.</returns>
    public static long OfBytes(long utf8Bytes) => (utf8Bytes + 2) / 3;

    /// <summary>Estimates what a run may use: the whole prompt, and as long an answer as is allowed.</summary>
    /// <param name="request">The run.</param>
    /// <param name="input">What the protocol reads of it.</param>
    /// <returns>The tokens to reserve, 1 or more.</returns>
    public static long OfRun(ModelRequest request, ModelInput input) => OfPrompt(request, input) + Math.Max(request.MaxOutputTokens, 1);

    /// <summary>Estimates the tokens of a run's prompt.</summary>
    /// <param name="request">The run.</param>
    /// <param name="input">What the protocol reads of it.</param>
    /// <returns>The tokens, 0 or more.</returns>
    public static long OfPrompt(ModelRequest request, ModelInput input)
    {
        long bytes = 0;
        if (input == ModelInput.Messages)
        {
            foreach (ModelMessage message in request.Messages)
            {
                bytes += 12; // role and separators
                foreach (ReadOnlyMemory<byte> part in message.Parts)
                {
                    bytes += part.Length;
                }
            }
        }
        else if (request.Material is { } material)
        {
            bytes += material.Instruction.Length + material.Selection.Length;
            foreach (MaterialText document in material.Documents)
            {
                bytes += material.Selection.IsEmpty ? document.Utf8.Length : 0;
            }
        }
        return OfBytes(bytes);
    }
}
