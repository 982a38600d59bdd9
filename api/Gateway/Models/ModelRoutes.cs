namespace Lethe.Gateway.Models;

/// <summary>The route table of this cell: which models a policy class may use now. Every answer is made anew from the clock.</summary>
public interface IModelRoutes
{
    /// <summary>Gets a class as it stands now.</summary>
    /// <param name="className">The class of the session credential.</param>
    /// <returns>The class, or null when this cell has none of that name.</returns>
    PolicyClass? FindClass(string className);

    /// <summary>Finds what a session of a class may use.</summary>
    /// <param name="className">The class.</param>
    /// <returns>Its limits, or null when there is no such class.</returns>
    ClassLimits? FindLimits(string className);

    /// <summary>Chooses the routes of a run.</summary>
    /// <param name="className">The class of the session credential.</param>
    /// <param name="action">What is asked.</param>
    /// <param name="model">Our name of a model, as UTF-8; empty for the class's first that can do it.</param>
    /// <param name="contextCharacters">Unicode characters of everything that is to be sent; 0 when not known yet.</param>
    /// <returns><see cref="RoutesChosen"/> or <see cref="RouteRefused"/>.</returns>
    RouteChoice Choose(string className, ModelAction action, ReadOnlySpan<byte> model, long contextCharacters);

    /// <summary>Tells whether a route is still open, just before bytes leave.</summary>
    /// <param name="route">A route that was chosen before.</param>
    /// <returns>Whether it is.</returns>
    bool IsOpen(ModelRoute route);
}

/// <summary>Runs a request on chosen routes, with failover before the first answer byte only. The one thing that turns call.</summary>
public interface IModelRunner
{
    /// <summary>Runs the request.</summary>
    /// <param name="routes">What <see cref="IModelRoutes.Choose"/> found.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Stops the run; the vendor's connection is closed at once.</param>
    /// <returns>The events; see <see cref="ModelEvent"/>.</returns>
    IAsyncEnumerable<ModelEvent> RunAsync(RoutesChosen routes, ModelRequest request, CancellationToken cancellationToken);
}
