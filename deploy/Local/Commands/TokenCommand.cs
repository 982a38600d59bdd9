using System.CommandLine;
using Lethe.Local.Cells;
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
        Option<bool> staff = new("--staff") { Description = "For the operator's support staff instead of a firm's owner." };
        Command command = new("token", "Prints an access token for Control, good for five minutes, at the running 'up'.")
        {
            tenant,
            staff,
            state,
        };
        command.SetAction(parsed =>
        {
            using LocalFolder folder = LocalFolder.OpenRunning(parsed.GetRequiredValue(state));
            DevelopmentIssuer issuer = new(folder, TimeProvider.System);
            string id = parsed.GetRequiredValue(tenant);
            Console.Out.WriteLine(
                parsed.GetValue(staff)
                    ? issuer.Sign(DemoPeople.Operator, DemoPeople.SupportStaff)
                    : issuer.Sign(id, DemoPeople.Tenants.Single(known => known.Id == id).Owner)
            );
            return 0;
        });
        return command;
    }
}
