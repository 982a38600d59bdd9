using Lethe.Control;

ConfigurationBuilder configuration = new();
string? file = new ConfigurationBuilder().AddCommandLine(args).Build()["config"];
if (file is not null)
{
    configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
}
configuration.AddEnvironmentVariables("LETHE_").AddCommandLine(args);
await ControlHost.Create(configuration.Build()).RunAsync();
