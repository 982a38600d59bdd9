using Lethe.Silo;

await SiloHost.Create(new ConfigurationBuilder().AddEnvironmentVariables("LETHE_").Build()).RunAsync();
