using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lethe.Contracts;

namespace Lethe.Control.Hosting;

/// <summary>Marks a connection of the cell port: whose Control is at the other end.</summary>
/// <param name="Peer">Its region, from its certificate.</param>
internal sealed record CellConnection(Region Peer);

/// <summary>Whom this cell's Control trusts to be another cell's: the chain ends at our authority and the name is the other's.</summary>
internal sealed class CellTrust
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private readonly X509Certificate2Collection roots = [];
    private readonly List<(Region Region, string Name)> peers = [];

    /// <summary>Initializes a new instance of the <see cref="CellTrust"/> class.</summary>
    /// <param name="options">The cells and their authority.</param>
    public CellTrust(ControlOptions options)
    {
        if (options.TrustedCa is { } file)
        {
            roots.ImportFromPemFile(file);
        }
        foreach (CellOptions cell in options.Cells.Where(cell => cell.Region != options.Region))
        {
            if (RegionNames.TryParse(cell.Region, out Region region))
            {
                peers.Add((region, cell.ExpectedName));
            }
        }
    }

    /// <summary>Finds out whose certificate this is.</summary>
    /// <param name="certificate">The peer's.</param>
    /// <returns>The cell; null when it is nobody's whom we trust. Without an authority of our own that is everybody.</returns>
    public Region? PeerOf(X509Certificate2 certificate)
    {
        if (roots.Count == 0 || !Chains(certificate, ClientAuthentication))
        {
            return null;
        }
        foreach ((Region region, string name) in peers)
        {
            if (certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false))
            {
                return region;
            }
        }
        return null;
    }

    /// <summary>Checks the certificate of a cell port that we call.</summary>
    /// <param name="certificate">The server's.</param>
    /// <param name="errors">What the platform found.</param>
    /// <returns>Whether it is trusted.</returns>
    public bool IsServer(X509Certificate2? certificate, SslPolicyErrors errors) =>
        roots.Count == 0
            ? errors == SslPolicyErrors.None
            : certificate is not null
                && (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None
                && Chains(certificate, ServerAuthentication);

    private bool Chains(X509Certificate2 certificate, string usage)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // short-lived certificates of our own authority
        return chain.Build(certificate);
    }
}
