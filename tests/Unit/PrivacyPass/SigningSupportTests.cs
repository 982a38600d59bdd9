using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

/// <summary>Which machines can sign. The real processes are in <c>tests/System/SigningStartTests</c>.</summary>
public sealed class SigningSupportTests
{
    private const uint Version3 = 0x30000130;

    [Fact]
    public void ThisMachine_CanSign() => BlindSigner.EnsureSupported();

    [Theory]
    [InlineData(Version3, Version3)]
    [InlineData(0x30500050, 0x30500050)]
    public void SameLibrary_OfVersion3_IsTaken(uint dotnet, uint ours) => OpenSslRsa.EnsureSupported(true, () => dotnet, () => ours);

    [Theory]
    [InlineData(0x1010117f, 0x1010117f, "an older one")] // 1.1.1
    [InlineData(0x1010117f, Version3, "an older one")] // both are installed, and .NET took the old one
    [InlineData(Version3, 0x30000140, "the same OpenSSL 3")]
    public void AnotherLibrary_IsRefusedInOneSentence(uint dotnet, uint ours, string says)
    {
        PlatformNotSupportedException refused = Assert.Throws<PlatformNotSupportedException>(() =>
            OpenSslRsa.EnsureSupported(true, () => dotnet, () => ours)
        );
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoLibrary_IsRefusedBeforeAnyOfItIsCalled()
    {
        PlatformNotSupportedException refused = Assert.Throws<PlatformNotSupportedException>(() =>
            OpenSslRsa.EnsureSupported(false, () => throw new InvalidOperationException(), () => throw new InvalidOperationException())
        );
        Assert.Contains("was not found", refused.Message, StringComparison.Ordinal);
    }
}
