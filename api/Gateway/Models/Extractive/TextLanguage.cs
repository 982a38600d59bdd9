namespace Lethe.Gateway.Models.Extractive;

/// <summary>A language that the model knows: its sentences, stop words, endings and fixed phrases.</summary>
internal enum TextLanguage
{
    /// <summary>German.</summary>
    De,

    /// <summary>English.</summary>
    En,

    /// <summary>French.</summary>
    Fr,

    /// <summary>Italian.</summary>
    It,
}
