using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lethe.TestKit;

namespace Lethe.ClusterTests.Cells;

/// <summary>A certificate authority of a test, and files of keys.</summary>
public sealed class TestPki : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly X509Certificate2 authority;

    public TestPki()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Lethe test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        AuthorityFile = Write("ca.pem", authority.ExportCertificatePem());
    }

    public string AuthorityFile { get; }

    public X509Certificate2 Authority => authority;

    public (string Certificate, string Key) Issue(string name, string dns, bool client, bool loopback = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(dns);
        if (loopback)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(client ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], critical: false)
        );
        using X509Certificate2 certificate = request.Create(
            authority,
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1),
            RandomNumberGenerator.GetBytes(12)
        );
        return (Write($"{name}.pem", certificate.ExportCertificatePem()), Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()));
    }

    public string Write(string name, string text)
    {
        string path = folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }

    public string Folder => folder.Path;

    public string PathOf(string name) => folder.File(name);

    /// <summary>Writes 32 random bytes that only their owner can read.</summary>
    public string PrivateKey(string name)
    {
        string path = SymmetricKey(name);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public string SymmetricKey(string name) =>
        Write(name, System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    public (string Private, string Public) SigningKey(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (
            Write($"{name}.private.pem", key.ExportPkcs8PrivateKeyPem()),
            Write($"{name}.public.pem", key.ExportSubjectPublicKeyInfoPem())
        );
    }

    public void Dispose()
    {
        authority.Dispose();
        folder.Dispose();
    }
}
