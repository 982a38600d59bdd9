using System.Net;
using System.Net.Sockets;

namespace Lethe.Control.Identity.Providers;

/// <summary>Which addresses an issuer may have: public ones. Everything that IANA set aside for something else is not.</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] SetAside =
    [
        .. (
            (string[])
                [
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3", // multicast, reserved, broadcast
                    "2001::/23", // protocol assignments, Teredo among them
                    "2001:db8::/32",
                    "2002::/16", // 6to4 carries any IPv4 address
                    "3fff::/20",
                ]
        ).Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Says whether an address is public.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Whether it is.</returns>
    public static bool Contains(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(plain))
            && !SetAside.Any(network => network.Contains(plain));
    }
}
