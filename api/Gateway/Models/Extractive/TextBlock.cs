using System.Runtime.InteropServices;

namespace Lethe.Gateway.Models.Extractive;

/// <summary>What a block of text is.</summary>
internal enum BlockKind : byte
{
    /// <summary>Running text.</summary>
    Paragraph,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>An item of a list.</summary>
    Item,

    /// <summary>A row of a table, a line of code, a field: nothing with sentences.</summary>
    Other,
}

/// <summary>A paragraph, heading, list item or row.</summary>
/// <param name="Start">Its first byte, behind bullets and numbers.</param>
/// <param name="End">The byte behind it.</param>
/// <param name="NumberStart">The first byte of its number.</param>
/// <param name="NumberLength">The number's bytes; 0 without one.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Heading">The index of the heading above it; -1 without one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextBlock(int Start, int End, int NumberStart, int NumberLength, BlockKind Kind, int Heading);
