using Lethe.Control;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;

try
{
    CommandLine commandLine = CommandLine.Parse(args);
    if (commandLine.Migrate)
    {
        await commandLine.MigrateAsync(Console.Out, CancellationToken.None);
        return 0;
    }
    await ControlHost.Create(commandLine.Configuration).RunAsync();
    return 0;
}
catch (StartRefusedException refused)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return 1;
}
catch (OptionsValidationException wrong)
{
    await Console.Error.WriteLineAsync($"The configuration is wrong: {string.Join(' ', wrong.Failures)}");
    return 1;
}
