namespace Lethe.TestKit.Processes;

/// <summary>Finds what other projects were built to, in the configuration of the one that runs.</summary>
public static class BuildOutput
{
    /// <summary>Gets the repository's root.</summary>
    public static string Repository { get; } = Output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    private static DirectoryInfo Output => new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)); // tests/X/bin/{configuration}/net10.0

    /// <summary>Gets the build output of a process.</summary>
    /// <param name="project">The project's folder, from the root.</param>
    /// <param name="assembly">Its assembly.</param>
    /// <returns>The path.</returns>
    public static string AssemblyOf(string project, string assembly) =>
        Path.Combine(Repository, project, "bin", Output.Parent!.Name, Output.Name, assembly);
}
