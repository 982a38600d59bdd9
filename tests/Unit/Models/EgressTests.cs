using System.Net;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.OpenAi;
using Lethe.TestKit;
using Lethe.TestKit.Vendors;
using Xunit;

namespace Lethe.UnitTests.Models;

public sealed class EgressTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2a00:1450:4001::1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::808:808", false)]
    [InlineData("2002:808:808::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    public void MayConnect_OnlyPublicAddresses(string address, bool may) =>
        Assert.Equal(may, AddressRules.MayConnect(IPAddress.Parse(address), "llm.vendor.example", allowLoopback: true));

    [Theory]
    [InlineData("localhost", true, true)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("localhost", false, false)]
    [InlineData("rebound.example", true, false)]
    public void MayConnect_Loopback_OnlyWhenAllowedAndLiteral(string host, bool allowed, bool may) =>
        Assert.Equal(may, AddressRules.MayConnect(IPAddress.Loopback, host, allowed));

    [Fact]
    public async Task Send_HostOfNoRoute_NeverConnects()
    {
        await using MockVendor vendor = await MockVendor.StartAsync();
        ModelOptions options = new() { AllowLoopback = true, TrustedCa = vendor.CaFile };
        using ModelSetup models = RouteFiles.Start(folder, options, RouteFiles.Vendor());
        using HttpRequestMessage request = new(HttpMethod.Get, vendor.Endpoint);
        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() =>
            models.Egress.SendAsync(request, TestContext.Current.CancellationToken)
        );
        Assert.True(fault is EgressRefusedException || fault.InnerException is EgressRefusedException);
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task Send_NameThatLeadsIntoOurNetwork_NeverConnects()
    {
        ModelOptions options = new() { AllowLoopback = true };
        using ModelSetup models = RouteFiles.Start(folder, options, RouteFiles.Vendor());
        using Egress egress = new(
            options,
            () => models.Table,
            (_, _) => Task.FromResult(new[] { IPAddress.Loopback, IPAddress.Parse("10.0.0.1") })
        );
        using HttpRequestMessage request = new(HttpMethod.Get, "https://llm.vendor.example/v1");
        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() => egress.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.True(fault is EgressRefusedException || fault.InnerException is EgressRefusedException);
    }

    [Fact]
    public async Task Send_RouteClosesWhileItsNameIsLookedUp_NeverConnects()
    {
        await using MockVendor vendor = await MockVendor.StartAsync();
        ModelOptions options = new() { AllowLoopback = true, TrustedCa = vendor.CaFile };
        using ModelSetup models = RouteFiles.Start(folder, options, RouteFiles.Vendor(endpoint: vendor.Endpoint.AbsoluteUri));
        using Egress egress = new(
            options,
            () => models.Table,
            (_, _) =>
            {
                models.Clock.Advance(TimeSpan.FromDays(60)); // the contract is stale now
                return Task.FromResult(new[] { IPAddress.Loopback });
            }
        );
        using HttpRequestMessage request = new(HttpMethod.Get, vendor.Endpoint);
        await Assert.ThrowsAnyAsync<Exception>(() => egress.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Empty(vendor.Requests);
    }
}
