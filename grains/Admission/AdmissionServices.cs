using System.Data.Common;
using Lethe.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lethe.Admission;

/// <summary>Adds the spending of tokens to a silo of the content plane.</summary>
public static class AdmissionServices
{
    /// <summary>Adds <see cref="ISpentTokens"/> over a database that has the table <c>spent_token(epoch, nonce_hash)</c>.</summary>
    /// <param name="services">The silo's services; a <see cref="TimeProvider"/> must be there too.</param>
    /// <param name="store">Which database it is.</param>
    /// <param name="source">Gives its connections. It needs the right to select, insert and delete in that table, and no other.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAdmission(
        this IServiceCollection services,
        SpentTokenStore store,
        Func<IServiceProvider, DbDataSource> source
    )
    {
        services.AddOptionsWithValidateOnStart<AdmissionOptions, AdmissionOptionsValidator>().BindConfiguration("Admission");
        return services
            .AddSingleton(provider => new AdoSpentTokens(
                source(provider),
                store,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IOptions<AdmissionOptions>>(),
                provider.GetRequiredService<ILogger<AdoSpentTokens>>()
            ))
            .AddSingleton<ISpentTokens>(provider => provider.GetRequiredService<AdoSpentTokens>())
            .AddHostedService<SpentTokenPurge>();
    }
}
