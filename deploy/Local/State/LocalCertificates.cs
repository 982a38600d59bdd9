using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lethe.Local.State;

/// <summary>A certificate and its private key, as PEM files.</summary>
/// <param name="Certificate">The certificate's file.</param>
/// <param name="Key">The private key's file.</param>
internal sealed record CertificateFiles(string Certificate, string Key);

/// <summary>The local certificate authority and the certificates it issues, one for each process: planes and cells share none.</summary>
internal sealed class LocalCertificates(LocalFolder folder, TimeProvider clock)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Gets the authority's certificate, which clients trust.</summary>
    public string AuthorityFile => folder.PathOf("ca.pem");

    /// <summary>Gets a server and client certificate for one role, issued anew when it is missing or about to expire.</summary>
    /// <param name="role">For example <c>control.eu</c>; it stands in the certificate's names as <c>control.eu.lethe</c>.</param>
    /// <returns>The files.</returns>
    /// <exception cref="LocalStateException">A file is damaged.</exception>
    public CertificateFiles For(string role)
    {
        CertificateFiles files = new(folder.PathOf($"tls/{role}.pem"), folder.PathOf($"tls/{role}-key.pem"));
        using X509Certificate2 authority = Authority();
        if (IsFresh(files))
        {
            return files;
        }
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={role}.lethe", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddDnsName($"{role}.lethe");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false)
        );
        DateTimeOffset now = clock.GetUtcNow();
        using X509Certificate2 issued = request.Create(authority, now.AddMinutes(-5), now.AddDays(365), RandomNumberGenerator.GetBytes(16));
        folder.Write($"tls/{role}-key.pem", key.ExportPkcs8PrivateKeyPem());
        folder.Write($"tls/{role}.pem", issued.ExportCertificatePem());
        return files;
    }

    private bool IsFresh(CertificateFiles files)
    {
        if (!File.Exists(files.Certificate) || !File.Exists(files.Key))
        {
            return false;
        }
        using X509Certificate2 certificate = Load(files.Certificate, files.Key);
        return new DateTimeOffset(certificate.NotAfter) > clock.GetUtcNow() + RenewBefore;
    }

    private X509Certificate2 Authority()
    {
        string keyFile = folder.PathOf("ca-key.pem");
        if (File.Exists(AuthorityFile) && File.Exists(keyFile))
        {
            X509Certificate2 kept = Load(AuthorityFile, keyFile);
            if (new DateTimeOffset(kept.NotAfter) > clock.GetUtcNow().AddDays(366))
            {
                return kept;
            }
            kept.Dispose();
            Directory.Delete(folder.Folder("tls"), recursive: true);
        }
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Lethe local CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = clock.GetUtcNow();
        X509Certificate2 made = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(3 * 365));
        folder.Write("ca-key.pem", key.ExportPkcs8PrivateKeyPem());
        folder.Write("ca.pem", made.ExportCertificatePem());
        return made;
    }

    private static X509Certificate2 Load(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (CryptographicException)
        {
            throw new LocalStateException(
                $"The folder {Path.GetDirectoryName(certificate)} is damaged ({Path.GetFileName(certificate)}): delete it, it holds local demo data only."
            );
        }
    }
}
