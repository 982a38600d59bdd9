using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Providers;

/// <summary>How tenants' own identity providers are reached and believed. Section <c>IdentityProviders</c>.</summary>
internal sealed class ProviderOptions
{
    /// <summary>Gets or sets a value indicating whether a provider may be on this machine: only where Control itself is on loopback.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Gets or sets the PEM file of the only authority that providers' certificates are trusted by; null for those of the system.</summary>
    public string? TrustedCa { get; set; }

    /// <summary>Gets or sets the resolver that is asked for domains' TXT records: <c>address</c> or <c>address:port</c>; null for the system's first.</summary>
    public string? DnsServer { get; set; }

    /// <summary>Gets or sets the longest lifetime of an access token that is accepted. 1 minute to 24 hours; default 2 hours, Entra's are up to 90 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Gets or sets how long a provider's keys are used before they are fetched again. 1 minute to 1 day; default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan KeysFresh { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long they are used when the provider does not answer. 1 minute to 7 days; default 12 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan KeysKept { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Gets or sets how soon an unknown key may cause another fetch. 0.1 seconds to 10 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan FetchAgainAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long the list of providers is used before the cell is asked again. 0.1 to 60 seconds; default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ListFresh { get; set; } = TimeSpan.FromSeconds(5);
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class ProviderOptionsValidator : IValidateOptions<ProviderOptions>;

/// <summary>Loopback providers are for the local default only.</summary>
/// <param name="listen">Where the host listens.</param>
internal sealed class ProviderRules(IOptions<Hosting.ListenOptions> listen) : IValidateOptions<ProviderOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ProviderOptions options) =>
        options.DnsServer is { } resolver && !IPEndPoint.TryParse(resolver, out IPEndPoint? _)
            ? ValidateOptionsResult.Fail("IdentityProviders:DnsServer is an IP address, with or without a port.")
        : !options.AllowLoopback || (IPAddress.TryParse(listen.Value.Address, out IPAddress? address) && IPAddress.IsLoopback(address))
            ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail("IdentityProviders:AllowLoopback is for a Control that listens on loopback itself.");
}
