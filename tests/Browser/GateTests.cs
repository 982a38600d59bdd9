using Xunit;

namespace Lethe.BrowserTests;

public sealed class GateTests
{
    [Fact]
    public void Gate_ThisAssembly_IsLethes() =>
        Assert.StartsWith("Lethe.", typeof(GateTests).Assembly.GetName().Name, StringComparison.Ordinal);
}
