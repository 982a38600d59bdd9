using Lethe.Gateway;
using Microsoft.Extensions.Options;

if (args.Contains("--help", StringComparer.Ordinal))
{
    Console.WriteLine(
        "Usage: dotnet Lethe.Gateway.dll --config FILE. Settings may also come from LETHE_… variables (__ nests) and --Section:Name value."
    );
    return 0;
}
try
{
    ConfigurationBuilder configuration = new();
    if (new ConfigurationBuilder().AddCommandLine(args).Build()["config"] is { } file)
    {
        configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
    }
    configuration.AddEnvironmentVariables("LETHE_").AddCommandLine(args);
    await using WebApplication host = GatewayHost.Create(configuration.Build());
    await host.RunAsync();
    return 0;
}
catch (OptionsValidationException wrong)
{
    await Console.Error.WriteLineAsync($"The configuration is wrong: {string.Join(' ', wrong.Failures)}");
    return 1;
}
catch (Exception wrong)
    when (wrong
            is IOException
                or InvalidDataException
                or InvalidOperationException
                or FormatException
                or UnauthorizedAccessException
                or System.Security.Cryptography.CryptographicException
    )
{
    await Console.Error.WriteLineAsync($"The Gateway does not start: {wrong.Message}");
    return 1;
}
