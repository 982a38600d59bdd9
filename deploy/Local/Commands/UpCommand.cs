using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Lethe.Local.Cells;
using Lethe.Local.State;

namespace Lethe.Local.Commands;

/// <summary><c>up</c>: runs both cells on their documented ports until Ctrl-C.</summary>
internal static class UpCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Option<string> state = CommonOptions.State();
        Option<int> offset = new("--port-offset") { Description = "Added to every port." };
        offset.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 20000)
            {
                result.AddError("--port-offset takes 0 to 20000.");
            }
        });
        Option<string[]> origin = new("--plugin-origin")
        {
            Description = "The origin of a web page that may call, as https://localhost:3000. May be repeated.",
        };
        origin.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !IsOrigin(token.Value)))
            {
                result.AddError("--plugin-origin takes an https origin without a path.");
            }
        });
        Command command = new("up", "Runs both cells on the documented ports until Ctrl-C.") { offset, origin, state };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(parsed.GetRequiredValue(state), parsed.GetValue(offset), parsed.GetValue(origin) ?? [], cancellationToken)
        );
        return command;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url.Scheme == Uri.UriSchemeHttps
        && text == url.GetLeftPart(UriPartial.Authority);

    private static async Task<int> RunAsync(string state, int offset, string[] origins, CancellationToken cancellationToken)
    {
        using LocalFolder folder = LocalFolder.OpenExclusive(state);
        Progress progress = new();
        await using LocalCells cells = await LocalCells.StartAsync(
            folder,
            CellPorts.Fixed("eu", offset),
            CellPorts.Fixed("ch", offset),
            origins,
            progress,
            cancellationToken
        );
        string running = folder.Write(
            "running.json",
            JsonSerializer.Serialize(cells.Ports.ToDictionary(cell => cell.Key, CellUrls.From, StringComparer.Ordinal))
        );
        try
        {
            Print(cells);
            await StopSignalAsync(cancellationToken);
            await Console.Out.WriteLineAsync("Stopping ...");
        }
        finally
        {
            File.Delete(running);
        }
        return 0;
    }

    private static void Print(LocalCells cells)
    {
        Console.Out.WriteLine();
        foreach (KeyValuePair<string, CellPorts> cell in cells.Ports)
        {
            CellUrls urls = CellUrls.From(cell);
            Console.Out.WriteLine($"  {cell.Key}   Gateway {urls.Gateway}   Control {urls.Control}");
        }
        Console.Out.WriteLine(
            $"""

              CA file     {cells.Certificates.AuthorityFile}
              token       dotnet run --project deploy/Local -- token --tenant {DemoPeople.Tenants[0].Id}
              session     dotnet run --project deploy/Local -- session --region eu   (prints credential and content key)

              Both planes share this one process here: it shows what Lethe does, not the separation.
              Ctrl-C stops it.
            """
        );
    }

    private static async Task StopSignalAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using CancellationTokenRegistration cancelled = cancellationToken.Register(() => stop.TrySetResult());
        await stop.Task;
    }
}
