namespace Lethe.Gateway.Models;

/// <summary>What became of a search for a route. A closed set.</summary>
public abstract record RouteChoice;

/// <summary>Routes were found; the second and later ones stand in when an earlier one fails before it answers.</summary>
/// <param name="Routes">One or more open routes of one kind of input, in the order to be tried. Embedded models stand alone.</param>
public sealed record RoutesChosen(IReadOnlyList<ModelRoute> Routes) : RouteChoice
{
    /// <summary>Gets the route that is tried first.</summary>
    public ModelRoute First => Routes[0];

    /// <summary>Gets what the routes read of a request.</summary>
    public ModelInput Input => First.Protocol.Input;
}

/// <summary>No route was found. Nothing may be sent.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Limit">For <see cref="RouteRefusal.ContextTooLarge"/>, the largest number of characters a route takes; otherwise 0.</param>
public sealed record RouteRefused(RouteRefusal Reason, long Limit = 0) : RouteChoice;

/// <summary>Why there is no route.</summary>
public enum RouteRefusal
{
    /// <summary>No open route is left in the class: 503 <c>no_compliant_route</c>.</summary>
    NoCompliantRoute = 1,

    /// <summary>No model of the class can do this: 422 <c>action_not_supported</c>.</summary>
    ActionNotSupported = 2,

    /// <summary>The class has no such model: 404 <c>model_not_found</c>.</summary>
    ModelNotFound = 3,

    /// <summary>No route takes that much: 413 <c>context_too_large</c>.</summary>
    ContextTooLarge = 4,
}
