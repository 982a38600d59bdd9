using Lethe.Control.Console.Members;

namespace Lethe.Control.Console.Shell;

/// <summary>Adds pages to the host.</summary>
internal static class PagesExtensions
{
    /// <summary>Adds static rendering of pages: no circuits, no scripts of the framework.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddScoped<FormTargets>().AddScoped<ConsoleAccess>();
    }
}
