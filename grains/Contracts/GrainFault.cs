namespace Lethe.Contracts;

/// <summary>
/// Something unforeseen happened in a grain. It carries the kind of the fault and nothing else: no message, no value, no
/// stack, because exceptions travel to callers and into logs.
/// </summary>
/// <param name="kind">The fault's type name, e.g. <c>InvalidOperationException</c>.</param>
[GenerateSerializer, Alias("grain-fault")]
#pragma warning disable CA1710 // The word of this project for what a grain did not plan; it is caught by name.
public sealed class GrainFault(string kind) : Exception("A grain failed.")
#pragma warning restore CA1710
{
    /// <summary>Gets the fault's type name.</summary>
    [Id(0)]
    public string Kind { get; } = kind;
}
