using System.Net;
using Lethe.Control.Identity.Providers;
using Xunit;

namespace Lethe.UnitTests.Control;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("20.190.128.1", true)]
    [InlineData("2603:1026:3000::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("2001:db8::1", false)]
    public void Address_IsPublicOrNot(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://login.example", true)]
    [InlineData("https://login.example/tenant/v2.0", true)]
    [InlineData("http://login.example", false)]
    [InlineData("https://login.example?x", false)]
    [InlineData("https://login.example#x", false)]
    [InlineData("https://a@login.example", false)]
    [InlineData("https://login.example/../x", false)]
    [InlineData("login.example", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Issuer_IsAUrlOrNot(string? issuer, bool isUrl) => Assert.Equal(isUrl, ProviderHttp.IsUrl(issuer, out _));
}
