using System.Runtime.InteropServices;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>One sentence, or a lead-in together with its list: places and numbers, no text.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte behind it.</param>
/// <param name="Block">The block it begins in.</param>
/// <param name="Heading">The heading it stands under; -1 without one.</param>
/// <param name="FirstTerm">Where its terms begin in the index.</param>
/// <param name="Terms">How many terms it has, stop words left out.</param>
/// <param name="Prior">How likely it is to say something by itself, 0 to about 2; 0 when it may not be chosen.</param>
/// <param name="Leans">Whether it leans on the sentence before it.</param>
/// <param name="HasCue">Whether it has a word of duty, right, term or amount.</param>
/// <param name="Measures">Whether it tells a time or an amount.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Sentence(
    int Start,
    int End,
    int Block,
    int Heading,
    int FirstTerm,
    int Terms,
    float Prior,
    bool Leans,
    bool HasCue,
    bool Measures
);
