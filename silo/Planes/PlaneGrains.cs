using System.Reflection;
using Lethe.Silo.Settings;
using Orleans.Configuration;

namespace Lethe.Silo.Planes;

/// <summary>
/// Offers the grain classes of one plane. A silo knows every class its process has loaded; one of the other plane is taken
/// off the silo's manifest, so that no cluster of this plane can place it and a call to it fails before it leaves the caller.
/// </summary>
internal static class PlaneGrains
{
    /// <summary>Keeps Orleans' own grains and those of the plane.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="plane">The plane.</param>
    public static void OfferGrainsOf(this IServiceCollection services, Plane plane)
    {
        string assembly = plane switch
        {
            Plane.Content => "Lethe.Sessions",
            Plane.Identity => "Lethe.Records",
            _ => throw new ArgumentOutOfRangeException(nameof(plane)),
        };
        services.PostConfigure<GrainTypeOptions>(options => options.Classes.RemoveWhere(grain => !IsOffered(grain, assembly)));
    }

    private static bool IsOffered(Type grain, string planeAssembly)
    {
        AssemblyName name = grain.Assembly.GetName();
        return name.Name == planeAssembly || name.Name!.StartsWith("Orleans.", StringComparison.Ordinal);
    }
}
