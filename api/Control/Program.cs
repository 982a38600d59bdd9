using Lethe.Control;

await ControlHost.Create(new ConfigurationBuilder().AddEnvironmentVariables("LETHE_").Build()).RunAsync();
