using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Tokens;

/// <summary>Settings of session tokens. Configuration: <c>Tokens</c>.</summary>
public sealed class TokenOptions
{
    /// <summary>For how many epochs after its own a token may be redeemed.</summary>
    public const int RedeemableEpochs = 3;

    /// <summary>How many accounts of a tenant must have drawn in an epoch for its own class to get a key of the next: fewer could be guessed.</summary>
    public const int OwnClassAccounts = 20;

    /// <summary>Gets or sets the length of an epoch. 10 seconds to 7 days; default 24 hours.</summary>
    [Range(10, 604_800)]
    public int EpochSeconds { get; set; } = 86_400;

    /// <summary>Gets or sets how many tokens an account may draw in one epoch. Default 200.</summary>
    [Range(1, 100_000)]
    public int AccountTokensPerEpoch { get; set; } = 200;

    /// <summary>Gets or sets how many tokens a tenant may draw in one epoch. Default 20,000.</summary>
    [Range(1, 10_000_000)]
    public int TenantTokensPerEpoch { get; set; } = 20_000;

    /// <summary>Tells the epoch of an instant.</summary>
    /// <param name="now">The instant.</param>
    /// <returns>Seconds since 1970 divided by the epoch's length.</returns>
    internal long EpochAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / EpochSeconds;

    /// <summary>Tells when an epoch begins.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <returns>The instant.</returns>
    internal DateTimeOffset StartOf(long epoch) => DateTimeOffset.FromUnixTimeSeconds(epoch * EpochSeconds);

    /// <summary>Tells how long the current epoch goes on.</summary>
    /// <param name="now">The instant.</param>
    /// <returns>Seconds, 1 or more.</returns>
    internal int SecondsLeft(DateTimeOffset now) => EpochSeconds - (int)(now.ToUnixTimeSeconds() % EpochSeconds);
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class TokenOptionsValidator : IValidateOptions<TokenOptions>;

/// <summary>Adds issuance to a silo.</summary>
public static class TokenExtensions
{
    /// <summary>Adds issuer keys, quotas and the blind signer. Needs storage, a key store and tenants.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddTokens(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddCellOptions();
        silo.Services.AddTokenOptions();
        silo.Services.TryAddSingleton<IssuerKeyRing>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, EpochTurn>();
        return silo;
    }

    /// <summary>Adds the options. Repeating it changes nothing.</summary>
    /// <param name="services">The silo's services.</param>
    internal static void AddTokenOptions(this IServiceCollection services)
    {
        if (!services.Any(service => service.ServiceType == typeof(IValidateOptions<TokenOptions>)))
        {
            services.AddOptionsWithValidateOnStart<TokenOptions, TokenOptionsValidator>().BindConfiguration("Tokens");
        }
    }
}
