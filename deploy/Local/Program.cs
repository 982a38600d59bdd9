using System.CommandLine;
using Lethe.Client;
using Lethe.Local.Commands;
using Lethe.Local.State;
using Lethe.Silo;

RootCommand root = new("Lethe on this machine: both cells, both planes, embedded defaults, one process.")
{
    DemoCommand.Create(),
    UpCommand.Create(),
    TokenCommand.Create(),
    SessionCommand.Create(),
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
catch (StartRefusedException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
catch (Lethe.Control.Hosting.StartRefusedException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
catch (OAuthException error)
{
    await Console.Error.WriteLineAsync($"{error.Message} ({error.Error})");
    return 1;
}
catch (ProblemException error)
{
    await Console.Error.WriteLineAsync($"{error.Message} ({error.Code})");
    return 1;
}
catch (HttpRequestException error)
{
    await Console.Error.WriteLineAsync($"The local cells cannot be reached ({error.HttpRequestError}): is 'up' running?");
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}
