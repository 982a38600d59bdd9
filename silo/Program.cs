using Lethe.Silo;
using Lethe.Silo.Migration;
using Microsoft.Extensions.Options;

try
{
    CommandLine commandLine = CommandLine.Parse(args);
    if (commandLine.Help)
    {
        Console.WriteLine(CommandLine.Usage);
        return 0;
    }

    if (commandLine.Migrate)
    {
        await MigrateCommand.RunAsync(commandLine.Configuration, Console.Out, CancellationToken.None);
        return 0;
    }

    await using WebApplication host = SiloHost.Create(commandLine.Configuration);
    await host.RunAsync();
    return 0;
}
catch (StartRefusedException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
catch (OptionsValidationException exception)
{
    await Console.Error.WriteLineAsync($"The configuration is wrong: {string.Join(' ', exception.Failures)}");
    return 1;
}
