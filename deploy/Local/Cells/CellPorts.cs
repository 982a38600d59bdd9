using System.Net;
using System.Net.Sockets;
using Lethe.Local.State;

namespace Lethe.Local.Cells;

/// <summary>The loopback ports of one local cell.</summary>
/// <param name="Gateway">The Gateway, HTTPS.</param>
/// <param name="Control">Control, HTTPS.</param>
/// <param name="GatewayManagement">Health and metrics of the Gateway.</param>
/// <param name="ControlManagement">Health and metrics of Control.</param>
/// <param name="ControlCell">Control to Control, mutual TLS.</param>
/// <param name="Content">The content plane's silo.</param>
/// <param name="Identity">The identity plane's silo.</param>
internal sealed record CellPorts(
    int Gateway,
    int Control,
    int GatewayManagement,
    int ControlManagement,
    int ControlCell,
    SiloPorts Content,
    SiloPorts Identity
)
{
    private IEnumerable<int> All =>
        [
            Gateway,
            Control,
            GatewayManagement,
            ControlManagement,
            ControlCell,
            Content.Silo,
            Content.OrleansGateway,
            Content.Management,
            Identity.Silo,
            Identity.OrleansGateway,
            Identity.Management,
        ];

    /// <summary>Gets the documented ports of a cell.</summary>
    /// <param name="region"><c>eu</c> or <c>ch</c>.</param>
    /// <param name="offset">Added to each.</param>
    /// <returns>The ports.</returns>
    public static CellPorts Fixed(string region, int offset)
    {
        int web = (region == "eu" ? 7100 : 7200) + offset;
        int silo = (region == "eu" ? 11110 : 11210) + offset;
        int orleans = (region == "eu" ? 30000 : 30010) + offset;
        return new(
            web + 1,
            web + 2,
            web + 11,
            web + 12,
            web + 22,
            new(silo + 1, orleans + 1, web + 31),
            new(silo + 2, orleans + 2, web + 32)
        );
    }

    /// <summary>Finds free ports for both cells.</summary>
    /// <returns>The ports of <c>eu</c> and <c>ch</c>.</returns>
    public static (CellPorts Eu, CellPorts Ch) Free()
    {
        const int PortsOfACell = 11;
        List<TcpListener> held = [];
        try
        {
            for (int i = 0; i < 2 * PortsOfACell; i++)
            {
                TcpListener listener = new(IPAddress.Loopback, 0);
                listener.Start();
                held.Add(listener);
            }
            int[] free = [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
            return (From(free.AsSpan(0, PortsOfACell)), From(free.AsSpan(PortsOfACell)));
        }
        finally
        {
            held.ForEach(listener => listener.Dispose());
        }
    }

    /// <summary>Checks that every port is free: a second Orleans silo on an occupied port would start without any error.</summary>
    /// <exception cref="LocalStateException">A port is in use.</exception>
    public void Probe()
    {
        foreach (int port in All)
        {
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
                listener.Start();
            }
            catch (SocketException)
            {
                throw new LocalStateException(
                    string.Create(null, $"Port {port} is in use: stop what uses it, or move all ports with --port-offset 1000.")
                );
            }
        }
    }

    private static CellPorts From(ReadOnlySpan<int> free) =>
        new(free[0], free[1], free[2], free[3], free[4], new(free[5], free[6], free[7]), new(free[8], free[9], free[10]));
}

/// <summary>The loopback ports of one silo.</summary>
/// <param name="Silo">Silo to silo.</param>
/// <param name="OrleansGateway">Orleans clients.</param>
/// <param name="Management">Health and metrics.</param>
internal sealed record SiloPorts(int Silo, int OrleansGateway, int Management);
