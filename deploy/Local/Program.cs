using System.CommandLine;
using Lethe.Local.Commands;
using Lethe.Local.State;

RootCommand root = new("Lethe on this machine: both cells, both planes, embedded defaults, one process.")
{
    UpCommand.Create(),
    TokenCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (LocalStateException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}
