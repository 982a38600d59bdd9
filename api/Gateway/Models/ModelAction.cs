namespace Lethe.Gateway.Models;

/// <summary>What a user asks of a model. The names are the plugin's words.</summary>
public enum ModelAction
{
    /// <summary>A shorter text that says what the documents say.</summary>
    Summarise = 1,

    /// <summary>An answer to a question about the documents.</summary>
    Ask = 2,

    /// <summary>The selection, worded anew.</summary>
    Rewrite = 3,

    /// <summary>The selection or documents in another language.</summary>
    Translate = 4,

    /// <summary>A new text.</summary>
    Draft = 5,

    /// <summary>The selection without mistakes.</summary>
    Proofread = 6,

    /// <summary>What deserves a lawyer's attention in the documents.</summary>
    Review = 7,

    /// <summary>A call in the OpenAI form, whose messages only the caller understands.</summary>
    Chat = 8,
}

/// <summary>The written forms of <see cref="ModelAction"/>.</summary>
public static class ModelActions
{
    /// <summary>Gets all actions of a turn: everything but <see cref="ModelAction.Chat"/>.</summary>
    public static IReadOnlyList<ModelAction> OfTurns { get; } =
    [
        ModelAction.Summarise,
        ModelAction.Ask,
        ModelAction.Rewrite,
        ModelAction.Translate,
        ModelAction.Draft,
        ModelAction.Proofread,
        ModelAction.Review,
    ];

    /// <summary>Gets the written form.</summary>
    /// <param name="action">The action.</param>
    /// <returns>A lower-case word.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No such action.</exception>
    public static string ToName(this ModelAction action) =>
        action switch
        {
            ModelAction.Summarise => "summarise",
            ModelAction.Ask => "ask",
            ModelAction.Rewrite => "rewrite",
            ModelAction.Translate => "translate",
            ModelAction.Draft => "draft",
            ModelAction.Proofread => "proofread",
            ModelAction.Review => "review",
            ModelAction.Chat => "chat",
            _ => throw new ArgumentOutOfRangeException(nameof(action)),
        };

    /// <summary>Reads the written form of a turn's action.</summary>
    /// <param name="name">UTF-8, lower case; anything else is refused.</param>
    /// <param name="action">The action, when true.</param>
    /// <returns>Whether the name is a turn's action.</returns>
    public static bool TryParse(ReadOnlySpan<byte> name, out ModelAction action)
    {
        foreach (ModelAction candidate in OfTurns)
        {
            if (System.Text.Ascii.Equals(name, candidate.ToName()))
            {
                action = candidate;
                return true;
            }
        }
        action = default;
        return false;
    }
}
