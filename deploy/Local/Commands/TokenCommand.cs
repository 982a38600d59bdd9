using System.CommandLine;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.Local.SignIn;
using Lethe.Local.State;

namespace Lethe.Local.Commands;

/// <summary><c>token</c>: prints an access token for a seeded person of the running <c>up</c>.</summary>
internal static class TokenCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Option<string> state = CommonOptions.State();
        Option<string> tenant = CommonOptions.Tenant();
        Option<bool> staff = new("--staff") { Description = "For the support staff of the firm's cell instead of its owner." };
        Command command = new("token", "Prints an access token for Control, good for five minutes, at the running 'up'.")
        {
            tenant,
            staff,
            state,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    DemoPeople.Tenants.Single(known => known.Id == parsed.GetRequiredValue(tenant)),
                    parsed.GetValue(staff),
                    parsed.GetRequiredValue(state),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(DemoTenant tenant, bool staff, string state, CancellationToken cancellationToken)
    {
        using LocalFolder folder = LocalFolder.OpenRunning(state);
        Dictionary<string, CellUrls> cells = await CellUrls.ReadAsync(folder, cancellationToken);
        SignedIn tokens = await new LocalAccounts(folder).SignInAsync(
            tenant.Region,
            new Uri(cells[tenant.Region].Control),
            staff ? DemoPeople.SupportStaff : tenant.Owner,
            cancellationToken
        );
        await Console.Out.WriteLineAsync(tokens.AccessToken);
        return 0;
    }
}
