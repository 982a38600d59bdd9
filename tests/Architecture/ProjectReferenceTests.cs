using System.Xml.Linq;
using Xunit;

namespace Lethe.ArchitectureTests;

/// <summary>Who may see whom, read from the project files: a reference that nobody uses yet counts too.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Contracts_ReferenceNoProjectOfOurs() => Assert.Empty(ProjectsOf("grains/Contracts/Contracts.csproj"));

    [Fact]
    public void Sessions_SeeTheContractsOnly() => Assert.Equal(["Contracts"], ProjectsOf("grains/Sessions/Sessions.csproj"));

    [Fact]
    public void Sessions_ReferenceNeitherStorageNorHttp()
    {
        Assert.Equal(["Microsoft.Orleans.Runtime", "Microsoft.Orleans.Sdk"], PackagesOf("grains/Sessions/Sessions.csproj"));
        string[] references = [.. typeof(Sessions.SessionServices).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];
        Assert.DoesNotContain(
            references,
            name =>
                name.Contains("Persistence", StringComparison.Ordinal)
                || name.Contains("Sqlite", StringComparison.Ordinal)
                || name.Contains("Npgsql", StringComparison.Ordinal)
                || name.StartsWith("System.Data", StringComparison.Ordinal)
                || name.StartsWith("System.Net", StringComparison.Ordinal)
                || name.StartsWith("System.IO", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("api/Gateway/Gateway.csproj", "Records", "Sessions", "Admission", "Control", "Silo", "Client")]
    [InlineData("api/Control/Control.csproj", "Gateway", "Records", "Sessions", "Admission", "Silo", "Client")]
    [InlineData("grains/Records/Records.csproj", "Sessions", "Admission", "Gateway", "Control", "Silo", "Client")]
    [InlineData("grains/Admission/Admission.csproj", "Records", "Gateway", "Control", "Silo", "Client")]
    [InlineData("silo/Silo.csproj", "Gateway", "Control", "Client")]
    public void AProject_DoesNotSee(string project, params string[] unseen) =>
        Assert.Empty(ProjectsOf(project).Intersect(unseen, StringComparer.Ordinal));

    [Fact]
    public void TheClient_SeesPrivacyPassOnly() => Assert.Equal(["PrivacyPass"], ProjectsOf("api/Client/Client.csproj"));

    [Fact]
    public void NoProductProject_ReferencesTestCodeOrTheDashboard()
    {
        foreach (string project in Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories))
        {
            if (Path.GetRelativePath(Root, project).StartsWith("tests", StringComparison.Ordinal))
            {
                continue;
            }
            Assert.DoesNotContain(
                PackagesOf(project),
                name => name.Contains("Testing", StringComparison.Ordinal) || name.Contains("Dashboard", StringComparison.Ordinal)
            );
            Assert.DoesNotContain("TestKit", ProjectsOf(project), StringComparer.Ordinal);
        }
    }

    private static string[] PackagesOf(string project) =>
        [
            .. XDocument
                .Load(Path.Combine(Root, project))
                .Descendants("PackageReference")
                .Select(reference => reference.Attribute("Include")!.Value)
                .Order(StringComparer.Ordinal),
        ];

    // With everything that is referenced through another.
    private static string[] ProjectsOf(string project)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        Add(Path.Combine(Root, project));
        return [.. found];

        void Add(string path)
        {
            foreach (XElement reference in XDocument.Load(path).Descendants("ProjectReference"))
            {
                string next = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, reference.Attribute("Include")!.Value));
                if (found.Add(Path.GetFileNameWithoutExtension(next)))
                {
                    Add(next);
                }
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException("No solution above the tests.");
    }
}
