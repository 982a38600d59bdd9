using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lethe.Local.SignIn;
using Lethe.Local.State;

namespace Lethe.Local.Cells;

/// <summary>
/// Writes what each process of a local cell is configured with. It is the same configuration that separate processes
/// would read from their files: only addresses, stores and keys are local.
/// </summary>
internal sealed class CellConfiguration(
    LocalFolder folder,
    LocalCertificates certificates,
    LocalAccounts accounts,
    IReadOnlyDictionary<string, CellPorts> cells
)
{
    private const string Loopback = "127.0.0.1";

    /// <summary>Gets the origins of web pages that may call, as <c>https://host:port</c>. Default none.</summary>
    public IReadOnlyList<string> PluginOrigins { get; init; } = [];

    /// <summary>Configures a silo.</summary>
    /// <param name="region">The cell.</param>
    /// <param name="plane"><c>content</c> or <c>identity</c>.</param>
    /// <returns>The configuration.</returns>
    public JsonObject Silo(string region, string plane)
    {
        SiloPorts ports = plane == "content" ? cells[region].Content : cells[region].Identity;
        JsonObject silo = new()
        {
            ["Plane"] = plane,
            ["Region"] = region,
            ["Orleans"] = new JsonObject
            {
                ["ClusterId"] = $"{plane}-{region}",
                ["ServiceId"] = $"lethe-{plane}-{region}",
                ["Clustering"] = "development",
                ["SiloPort"] = ports.Silo,
                ["GatewayPort"] = ports.OrleansGateway,
            },
            ["Database"] = Database(region, plane, plane),
            ["Management"] = new JsonObject { ["Port"] = ports.Management },
        };
        if (plane == "identity")
        {
            silo["KeyStore"] = new JsonObject { ["Provider"] = "folder", ["Path"] = folder.Folder($"{region}/identity/keys") };
            silo["Kek"] = new JsonObject { ["File"] = folder.Secret($"{region}/identity/kek") };
        }
        return silo;
    }

    /// <summary>Configures a Gateway.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The configuration.</returns>
    public JsonObject Gateway(string region)
    {
        CellPorts ports = cells[region];
        return new JsonObject
        {
            ["Region"] = region,
            ["Listen"] = Listen(ports.Gateway, certificates.For($"gateway.{region}")),
            ["Cors"] = Cors(),
            ["PublicUrl"] = Url(ports.Gateway),
            ["ControlUrl"] = Url(ports.Control),
            ["Management"] = new JsonObject { ["Port"] = ports.GatewayManagement },
            ["Orleans"] = OrleansClient(region, "content", ports.Content),
            ["Cells"] = CellList(),
            ["TrustedCa"] = certificates.AuthorityFile,
            ["SessionKeys"] = new JsonObject { ["Folder"] = SessionKeys(region) },
            ["Routes"] = new JsonObject
            {
                ["File"] = Path.Combine(AppContext.BaseDirectory, "routes", $"{region}.json"),
                ["SecretsFolder"] = folder.Folder($"{region}/content/secrets"),
            },
        };
    }

    /// <summary>Configures a Control.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The configuration.</returns>
    public JsonObject Control(string region)
    {
        CellPorts ports = cells[region];
        CertificateFiles certificate = certificates.For($"control.{region}");
        JsonObject listen = Listen(ports.Control, certificate);
        listen["CellPort"] = ports.ControlCell;
        return new JsonObject
        {
            ["Region"] = region,
            ["Listen"] = listen,
            ["Cors"] = Cors(),
            ["PublicUrl"] = Url(ports.Control),
            ["Management"] = new JsonObject { ["Port"] = ports.ControlManagement },
            ["Orleans"] = OrleansClient(region, "identity", ports.Identity),
            ["Cells"] = CellList(),
            ["Directory"] = new JsonObject
            {
                ["DomainKeyFile"] = folder.Secret("shared/domain-key"),
                ["RecordKeyFile"] = RecordKey(region).Private,
            },
            ["TrustedCa"] = certificates.AuthorityFile,
            ["ClientCertificate"] = certificate.Certificate,
            ["ClientCertificateKey"] = certificate.Key,
            ["Identity"] = new JsonObject { ["AccountKeyFile"] = folder.Secret($"{region}/identity/account-key") },
            ["Kek"] = new JsonObject { ["File"] = folder.Secret($"{region}/identity/kek") },
            ["Accounts"] = new JsonObject
            {
                ["Database"] = Database(region, "identity", "accounts"),
                ["Clients"] = new JsonArray(
                    new JsonObject { ["Id"] = "word-plugin", ["Device"] = true },
                    new JsonObject { ["Id"] = "lethe-local", ["RedirectUris"] = new JsonArray("http://127.0.0.1/signed-in") }
                ),
            },
            ["Deployment"] = "local",
            ["Mail"] = new JsonObject
            {
                ["Provider"] = "folder",
                ["Folder"] = accounts.MailFolder(region),
                ["From"] = "lethe@localhost",
            },
            ["Provisioning"] = Provisioning(region),
        };
    }

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}");

    private static JsonObject Listen(int port, CertificateFiles files) =>
        new()
        {
            ["Address"] = Loopback,
            ["Port"] = port,
            ["Certificate"] = files.Certificate,
            ["CertificateKey"] = files.Key,
        };

    private static JsonObject OrleansClient(string region, string plane, SiloPorts silo) =>
        new()
        {
            ["ClusterId"] = $"{plane}-{region}",
            ["ServiceId"] = $"lethe-{plane}-{region}",
            ["Clustering"] = "development",
            ["Gateways"] = new JsonArray(string.Create(CultureInfo.InvariantCulture, $"{Loopback}:{silo.OrleansGateway}")),
        };

    private JsonObject Cors() => new() { ["Origins"] = new JsonArray([.. PluginOrigins]) };

    private JsonObject Database(string region, string plane, string name)
    {
        string file = Path.Combine(folder.Folder($"{region}/{plane}"), $"{name}.db");
        return new() { ["Provider"] = "sqlite", ["ConnectionString"] = $"Data Source={file}" };
    }

    private JsonArray CellList() =>
        [
            .. cells.Select(cell => new JsonObject
            {
                ["Region"] = cell.Key,
                ["GatewayUrl"] = Url(cell.Value.Gateway),
                ["ControlUrl"] = Url(cell.Value.Control),
                ["CellUrl"] = Url(cell.Value.ControlCell),
                ["RecordKey"] = RecordKey(cell.Key).Public,
            }),
        ];

    private static JsonObject Provisioning(string region) =>
        new()
        {
            ["Tenants"] = new JsonArray([
                .. DemoPeople
                    .Tenants.Where(tenant => tenant.Region == region)
                    .Select(tenant => new JsonObject
                    {
                        ["Id"] = tenant.Id,
                        ["Region"] = tenant.Region,
                        ["PolicyClass"] = $"{tenant.Region}-standard",
                        ["Domains"] = new JsonArray(tenant.Domain),
                        ["Members"] = new JsonArray(new JsonObject { ["Email"] = tenant.Owner, ["Roles"] = new JsonArray("owner") }),
                    }),
            ]),
            ["Staff"] = new JsonArray(
                new JsonObject
                {
                    ["Email"] = DemoPeople.SupportStaff,
                    ["Roles"] = new JsonArray("support"),
                    ["Undertaking"] = new JsonObject
                    {
                        ["SignedOn"] = "2026-01-15",
                        ["ValidUntil"] = "2027-12-31",
                        ["Sha256"] = Convert.ToHexStringLower(SHA256.HashData("Lethe demo undertaking"u8)),
                    },
                }
            ),
        };

    /// <summary>The session keys of a Gateway, with the other cells' public keys beside them, so that it can tell where a foreign credential belongs.</summary>
    private string SessionKeys(string region)
    {
        string keys = folder.Folder($"{region}/content/session-keys");
        SessionKey(region);
        foreach (string other in cells.Keys.Where(other => other != region))
        {
            using ECDsa key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(SessionKey(other)));
            folder.Write($"{region}/content/session-keys/{other}/2026-01.pem", key.ExportSubjectPublicKeyInfoPem());
        }
        return keys;
    }

    private string SessionKey(string region) => folder.Once($"{region}/content/session-keys/2026-01.pem", NewKey);

    private (string Private, string Public) RecordKey(string region)
    {
        string file = folder.Once($"{region}/identity/record-key.pem", NewKey);
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return (file, folder.Write($"shared/record-key-{region}.pem", key.ExportSubjectPublicKeyInfoPem()));
    }

    private static string NewKey()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
