using Lethe.Gateway;

await GatewayHost.Create(new ConfigurationBuilder().AddEnvironmentVariables("LETHE_").Build()).RunAsync();
