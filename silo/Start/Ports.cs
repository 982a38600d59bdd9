using System.Net;
using System.Net.Sockets;

namespace Lethe.Silo.Start;

/// <summary>
/// Finds occupied ports before Orleans listens: its listener shares a port with whoever has it, without an error, and the
/// kernel then splits the connections between the two.
/// </summary>
internal static class Ports
{
    /// <summary>Binds and releases each port.</summary>
    /// <param name="ports">What is to listen where, with the setting's name.</param>
    /// <exception cref="StartRefusedException">A port is occupied, named twice, or not to be had.</exception>
    public static void Probe(params ReadOnlySpan<(IPAddress Address, int Port, string Setting)> ports)
    {
        HashSet<int> seen = [];
        foreach ((IPAddress address, int port, string setting) in ports)
        {
            if (!seen.Add(port))
            {
                throw new StartRefusedException($"Port {port} ({setting}) is used twice in the configuration.");
            }

            try
            {
                using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen(1);
            }
            catch (SocketException exception)
            {
                string why = exception.SocketErrorCode == SocketError.AddressAlreadyInUse ? "is in use" : "cannot be listened on";
                throw new StartRefusedException($"Port {port} ({setting}) {why}.", exception);
            }
        }
    }
}
