using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Keys;

/// <summary>Adds the key store to a silo.</summary>
public static class KeyStoreExtensions
{
    /// <summary>The key of the <see cref="DbDataSource"/> that reaches the key store's database.</summary>
    public const string DatabaseName = "keys";

    /// <summary>Adds <see cref="IKeyStore"/> as the sections <c>KeyStore</c> and <c>Kek</c> say.</summary>
    /// <param name="silo">A silo of the identity plane.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddKeyStore(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        IServiceCollection services = silo.Services;
        services.AddOptionsWithValidateOnStart<KeyStoreOptions, KeyStoreOptionsValidator>().BindConfiguration("KeyStore");
        services.AddOptionsWithValidateOnStart<KekOptions, KekOptionsValidator>().BindConfiguration("Kek");
        services.AddSingleton(provider => Kek.Load(provider.GetRequiredService<IOptions<KekOptions>>().Value.File));
        services.AddSingleton<IKeyStore>(provider =>
        {
            KeyStoreOptions options = provider.GetRequiredService<IOptions<KeyStoreOptions>>().Value;
            Kek kek = provider.GetRequiredService<Kek>();
            return options.Provider == "folder"
                ? new FolderKeyStore(options.Path!, kek)
                : new DatabaseKeyStore(provider.GetRequiredKeyedService<DbDataSource>(DatabaseName), kek);
        });
        return silo;
    }
}
