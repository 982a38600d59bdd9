namespace Lethe.Local.Commands;

/// <summary>Tells what is happening, one line a step.</summary>
internal sealed class Progress : IProgress<string>
{
    /// <inheritdoc/>
    public void Report(string value) => Console.Out.WriteLine($"· {value}");
}
