using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Lethe.Sessions;

/// <summary>Adds the sessions slice to a silo of the content plane.</summary>
public static class SessionServices
{
    /// <summary>Adds session grains with their options. An <see cref="ISpentTokens"/> and a <see cref="TimeProvider"/> must be there too.</summary>
    /// <param name="silo">The silo.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddSessions(this ISiloBuilder silo)
    {
        silo.Services.AddOptionsWithValidateOnStart<SessionOptions, SessionOptionsValidator>().BindConfiguration("Sessions");
        // Sessions end by their own clock. Orleans' collection stays behind them: it would take a session that is still promised.
        silo.Services.AddOptions<GrainCollectionOptions>()
            .PostConfigure<IOptions<SessionOptions>>(
                (collection, sessions) =>
                    collection.ClassSpecificCollectionAge[typeof(SessionGrain).FullName!] =
                        sessions.Value.TotalLifetime + collection.CollectionQuantum + TimeSpan.FromMinutes(1)
            );
        return silo;
    }
}
