using System.Diagnostics.CodeAnalysis;

namespace Lethe.Gateway;

/// <summary>A value, or the problem that stands in its way.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal readonly struct Outcome<T>
    where T : class
{
    private readonly T? value;
    private readonly Problem? problem;

    private Outcome(T? value, Problem? problem)
    {
        this.value = value;
        this.problem = problem;
    }

    public static implicit operator Outcome<T>(T value) => new(value, problem: null);

    public static implicit operator Outcome<T>(Problem problem) => new(value: null, problem);

    /// <summary>Takes the value or the problem.</summary>
    /// <param name="taken">The value, when true.</param>
    /// <param name="refusal">The problem, when false.</param>
    /// <returns>Whether there is a value.</returns>
    public bool Try([NotNullWhen(true)] out T? taken, [NotNullWhen(false)] out Problem? refusal)
    {
        taken = value;
        refusal = value is null ? problem ?? Problems.Unforeseen : null;
        return value is not null;
    }
}
