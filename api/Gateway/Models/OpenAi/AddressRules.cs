using System.Net;
using System.Net.Sockets;

namespace Lethe.Gateway.Models.OpenAi;

/// <summary>Which network addresses a vendor may have: public ones, so that no name can lead into our own network.</summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
            .Split(' ')
            .Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork PublicV6 = IPNetwork.Parse("2000::/3");

    /// <summary>Tells whether a connection may be made (IANA special-purpose address registries, RFC 6890).</summary>
    /// <param name="address">What the name resolved to.</param>
    /// <param name="host">The name, as it stands in the route's endpoint.</param>
    /// <param name="allowLoopback">Whether an endpoint may literally be this machine.</param>
    /// <returns>Whether it may.</returns>
    public static bool MayConnect(IPAddress address, string host, bool allowLoopback)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain))
        {
            return allowLoopback
                && (host == "localhost" || (IPAddress.TryParse(host, out IPAddress? literal) && IPAddress.IsLoopback(literal)));
        }
        bool routed = plain.AddressFamily == AddressFamily.InterNetwork || PublicV6.Contains(plain);
        return routed && !Array.Exists(NotPublic, network => network.Contains(plain));
    }
}
