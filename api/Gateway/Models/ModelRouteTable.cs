using System.Text;
using Lethe.Contracts;

namespace Lethe.Gateway.Models;

/// <summary>The route table at work: each answer is decided from the rows, the clock and the secrets folder at that moment.</summary>
internal sealed class ModelRouteTable : IModelRoutes
{
    private readonly Region region;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, ClassRow> classes;
    private readonly Dictionary<string, Entry> routes;

    public ModelRouteTable(
        RouteTableFile table,
        Region region,
        IEnumerable<IModelProtocol> protocols,
        SecretFolder secrets,
        TimeProvider clock
    )
    {
        this.region = region;
        this.clock = clock;
        Secrets = secrets;
        Dictionary<string, IModelProtocol> byName = protocols.ToDictionary(protocol => protocol.Name, StringComparer.Ordinal);
        classes = table.Classes.ToDictionary(row => row.Name, StringComparer.Ordinal);
        routes = table.Routes.ToDictionary(
            row => row.Id,
            row => new Entry(row, ToRoute(row, byName[row.Protocol])),
            StringComparer.Ordinal
        );
    }

    /// <summary>Gets the vendors' keys.</summary>
    public SecretFolder Secrets { get; }

    /// <summary>Gets the state of every route, in the table's order.</summary>
    public IEnumerable<RouteState> States => routes.Values.Select(StateOf);

    /// <inheritdoc/>
    public PolicyClass? FindClass(string className)
    {
        if (!classes.TryGetValue(className, out ClassRow? row))
        {
            return null;
        }
        List<OfferedModel> models = [];
        ClassVersion? version = VersionOf(row);
        foreach (Entry entry in OpenRoutesOf(version))
        {
            ModelRoute route = entry.Route;
            if (models.Exists(model => string.Equals(model.Name, route.PublicModel, StringComparison.Ordinal)))
            {
                continue;
            }
            List<ModelAction> actions = [.. ModelActions.OfTurns.Append(ModelAction.Chat).Where(route.Protocol.Supports)];
            models.Add(new OfferedModel(route.PublicModel, route.Vendor, route.InferenceCountry, actions));
        }
        return new PolicyClass(row.Name, version?.Version ?? 0, row.Limits, models);
    }

    /// <inheritdoc/>
    public ClassLimits? FindLimits(string className) => classes.GetValueOrDefault(className)?.Limits;

    /// <inheritdoc/>
    public RouteChoice Choose(string className, ModelAction action, ReadOnlySpan<byte> model, long contextCharacters)
    {
        if (!classes.TryGetValue(className, out ClassRow? row) || VersionOf(row) is not { } version)
        {
            return new RouteRefused(RouteRefusal.NoCompliantRoute);
        }
        bool named = false;
        bool closed = false;
        bool open = false;
        long largest = 0;
        List<ModelRoute> chosen = [];
        foreach (string id in version.Routes)
        {
            Entry entry = routes[id];
            if (!IsNamed(entry.Route, model))
            {
                continue;
            }
            named = true;
            bool able = entry.Route.Protocol.Supports(action);
            if (StateOf(entry) != RouteState.Open)
            {
                closed |= able;
                continue;
            }
            open = true;
            if (!able)
            {
                continue;
            }
            long takes = Math.Min(entry.Route.Limits.ContextCharacters, row.Limits.ContextCharacters);
            largest = Math.Max(largest, takes);
            if (contextCharacters > takes || (chosen.Count > 0 && !StandsInFor(chosen[0], entry.Route)))
            {
                continue;
            }
            chosen.Add(entry.Route);
        }
        if (chosen.Count > 0)
        {
            return new RoutesChosen(chosen);
        }
        if (largest > 0)
        {
            return new RouteRefused(RouteRefusal.ContextTooLarge, largest);
        }
        if (!named && !model.IsEmpty)
        {
            return new RouteRefused(RouteRefusal.ModelNotFound);
        }
        return new RouteRefused(closed || !open ? RouteRefusal.NoCompliantRoute : RouteRefusal.ActionNotSupported);
    }

    /// <inheritdoc/>
    public bool IsOpen(ModelRoute route) =>
        routes.TryGetValue(route.Id, out Entry? entry)
        && ReferenceEquals(entry.Route, route)
        && StateOf(entry) == RouteState.Open
        && IsInForce(route.Id);

    /// <summary>Tells whether a connection to this host and port may be made: whether an open route in force has it as its endpoint.</summary>
    /// <param name="host">As it stands in the address.</param>
    /// <param name="port">The port.</param>
    /// <returns>Whether it may.</returns>
    public bool IsOpenEndpoint(string host, int port) =>
        routes.Values.Any(entry =>
            entry.Route.Endpoint is { } endpoint
            && endpoint.Port == port
            && string.Equals(endpoint.IdnHost, host, StringComparison.OrdinalIgnoreCase)
            && IsOpen(entry.Route)
        );

    private static bool IsNamed(ModelRoute route, ReadOnlySpan<byte> model) =>
        model.IsEmpty || Ascii.Equals(model, route.PublicModel) || Ascii.Equals(model, route.Id);

    // An embedded model neither fails over nor stands in: it would answer something of another kind.
    private static bool StandsInFor(ModelRoute first, ModelRoute other) => first.Endpoint is not null && other.Endpoint is not null;

    private static ModelRoute ToRoute(RouteRow row, IModelProtocol protocol) =>
        new()
        {
            Id = row.Id,
            Protocol = protocol,
            Endpoint = row.Endpoint,
            Model = row.Model,
            PublicModel = row.OfferedAs ?? row.Model,
            Vendor = row.Vendor,
            InferenceCountry = row.InferenceCountry,
            StorageCountry = row.StorageCountry,
            Retention = row.Retention,
            Secret = row.Secret,
            Limits = row.Limits,
        };

    private RouteState StateOf(Entry entry) => RouteStates.Of(entry.Row, region, clock.GetUtcNow(), Secrets);

    private bool IsInForce(string id) =>
        classes.Values.Any(row => VersionOf(row) is { } version && version.Routes.Contains(id, StringComparer.Ordinal));

    private ClassVersion? VersionOf(ClassRow row)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return row.Versions.LastOrDefault(version => version.EffectiveAt <= now);
    }

    private IEnumerable<Entry> OpenRoutesOf(ClassVersion? version) =>
        (version?.Routes ?? []).Select(id => routes[id]).Where(entry => StateOf(entry) == RouteState.Open);

    private sealed record Entry(RouteRow Row, ModelRoute Route);
}
