using System.Net;
using System.Net.Sockets;
using Lethe.Contracts.Tenants;
using Xunit;

namespace Lethe.ClusterTests.Cells;

/// <summary>Both cells: records silos in memory, and their Controls over real TLS on loopback.</summary>
public sealed class TwoCells : IAsyncLifetime
{
    private const int Tenants = 250; // one per test, and one per row of the matrix
    private readonly TestPki pki = new();
    private readonly List<TestIssuer> issuers = [];
    private int next;

    internal OneCell Eu { get; private set; } = null!;

    internal OneCell Ch { get; private set; } = null!;

    public TestIssuer Operator { get; private set; } = null!;

    public TestPki Pki => pki;

    public async ValueTask InitializeAsync()
    {
        for (int index = 0; index < Tenants; index++)
        {
            issuers.Add(new(pki, $"https://login.example/{TenantName(index)}"));
        }
        Operator = new(pki, "https://login.example/operator");
        (int eu, int ch) = (FreePort(), FreePort());
        Dictionary<string, (string Private, string Public)> keys = new(StringComparer.Ordinal)
        {
            ["eu"] = pki.SigningKey("eu"),
            ["ch"] = pki.SigningKey("ch"),
        };
        string domainKey = pki.SymmetricKey("domains.key");
        Eu = new(pki, "eu", eu, ch, keys, domainKey, issuers, Operator);
        Ch = new(pki, "ch", ch, eu, keys, domainKey, issuers, Operator);
        await Eu.StartAsync();
        await Ch.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Eu.DisposeAsync();
        await Ch.DisposeAsync();
        issuers.ForEach(issuer => issuer.Dispose());
        Operator.Dispose();
        pki.Dispose();
    }

    /// <summary>Provisions a fresh tenant in the EU cell, with one owner.</summary>
    internal async Task<TestTenant> NewTenantAsync(
        TokenQuota? quota = null,
        string? other = null,
        IReadOnlyList<(string Subject, Role Roles)>? others = null
    )
    {
        int index = next++;
        Assert.True(TenantId.TryParse(TenantName(index), out TenantId id));
        TestTenant tenant = new(id, issuers[index], $"anna-{index}");
        List<Member> members = [new(Eu.AccountOf(tenant, tenant.Owner), Role.Owner)];
        if (other is not null)
        {
            members.Add(new(Eu.AccountOf(tenant, other), Role.Member));
        }
        members.AddRange((others ?? []).Select(person => new Member(Eu.AccountOf(tenant, person.Subject), person.Roles)));
        ProvisionTenant command = new(RecordsSilo.Class("eu-standard"), [], members, quota);
        Assert.IsType<TenantProvisioned>(await Eu.Silo.Tenant(id).ProvisionAsync(command, RecordsSilo.Cancel));
        return tenant;
    }

    internal static string TenantName(int index) => $"kanzlei-{index:000}";

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}

/// <summary>A tenant with its issuer and the subject of its owner.</summary>
internal sealed record TestTenant(TenantId Id, TestIssuer Issuer, string Owner);

/// <summary>Both cells, used by one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class TwoCellsSuite : ICollectionFixture<TwoCells>
{
    public const string Name = "two cells";
}
