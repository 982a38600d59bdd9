using System.CommandLine;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.Local.Demo;
using Lethe.Local.SignIn;
using Lethe.Local.State;

namespace Lethe.Local.Commands;

/// <summary><c>session</c>: opens a session at the running <c>up</c> and prints its content key and its credential.</summary>
internal static class SessionCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Option<string> region = CommonOptions.Region();
        Option<string> state = CommonOptions.State();
        Command command = new("session", "Opens a session at the running 'up'; prints contentKey and credential, the credential last.")
        {
            region,
            state,
        };
        command.SetAction(
            (parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(region), parsed.GetRequiredValue(state), cancellationToken)
        );
        return command;
    }

    private static async Task<int> RunAsync(string region, string state, CancellationToken cancellationToken)
    {
        using LocalFolder folder = LocalFolder.OpenRunning(state);
        Dictionary<string, CellUrls> cells = await CellUrls.ReadAsync(folder, cancellationToken);
        DemoTenant tenant = DemoPeople.Tenants.First(known => known.Region == region);
        using LetheClient client = DemoRun.Connect(
            tenant,
            new LocalAccounts(folder),
            new Uri(cells[region].Control),
            folder.PathOf("ca.pem")
        );
        LetheSession session = await client.OpenSessionAsync(cancellationToken);
        await Console.Out.WriteLineAsync(session.Opened.ContentKey);
        await Console.Out.WriteLineAsync(session.Opened.Credential);
        return 0;
    }
}
