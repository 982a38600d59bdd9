using System.Text;
using Lethe.PrivacyPass;
using Xunit;

namespace Lethe.UnitTests.PrivacyPass;

public sealed class IssuerDirectoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Json_Written_IsReadAndWrittenAlike()
    {
        using BlindSigner first = IssuerKeys.First();
        using BlindSigner second = IssuerKeys.Second();
        var directory = new IssuerDirectory(
            "/token-request",
            [new(first.PublicKey, Noon, "eu-standard"), new(second.PublicKey, Noon.AddDays(1), "eu-standard")]
        );
        byte[] json = directory.ToJson();
        Assert.True(IssuerDirectory.TryParse(json, out IssuerDirectory? read));
        Assert.Equal("/token-request", read.IssuerRequestUri);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(first.PublicKey.Id.ToArray(), read.Current("eu-standard", Noon)!.Key.Id.ToArray());
        Assert.Equal(second.PublicKey.Id.ToArray(), read.Current("eu-standard", Noon.AddDays(2))!.Key.Id.ToArray());
        Assert.Null(read.Current("eu-standard", Noon.AddSeconds(-1)));
        Assert.Null(read.Current("ch-standard", Noon));
        Assert.Equal(Noon.AddDays(1), read.Find(second.PublicKey.Id.Span)!.NotBefore);
        Assert.Null(read.Find(new byte[32]));
    }

    [Fact]
    public void Json_OtherTokenTypesAndMembers_ArePassedOver()
    {
        string key = Entry();
        string json = Frame($$"""{"token-type":1,"token-key":"AAAA"},{{key}},{"token-type":55512}""", ",\"more\":{\"a\":[1]}");
        Assert.True(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(json), out IssuerDirectory? directory));
        Assert.Single(directory.Keys);
    }

    [Fact]
    public void Json_Malformed_IsRefused()
    {
        string key = Entry();
        string[] texts =
        [
            "",
            "{}",
            "[]",
            "null",
            "{\"issuer-request-uri\":\"/r\"}",
            "{\"issuer-request-uri\":\"/r\",\"token-keys\":{}}",
            "{\"issuer-request-uri\":1,\"token-keys\":[]}",
            "{\"issuer-request-uri\":\"http://plain.example/\",\"token-keys\":[]}",
            "{\"issuer-request-uri\":\"relative\",\"token-keys\":[]}",
            "{\"issuer-request-uri\":\"/r\",\"issuer-request-uri\":\"/s\",\"token-keys\":[]}",
            Frame($"{key},{key}"),
            Frame("1"),
            Frame("{\"token-type\":\"2\"}"),
            Frame("{\"token-type\":2}"),
            Frame(key.Replace("\"not-before\":1", "\"not-before\":-1", StringComparison.Ordinal)),
            Frame(key.Replace("\"not-before\":1", "\"not-before\":1e30", StringComparison.Ordinal)),
            Frame(key.Replace("\"not-before\":1", "\"not-before\":\"1\"", StringComparison.Ordinal)),
            Frame(key.Replace("eu-standard", "EU", StringComparison.Ordinal)),
            Frame(key.Replace("\"policy-class\"", "\"class\"", StringComparison.Ordinal)),
            Frame(key.Replace("\"token-key\":\"M", "\"token-key\":\"N", StringComparison.Ordinal)),
            Frame(key) + " x",
        ];
        Assert.True(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(Frame(key)), out IssuerDirectory? _));
        foreach (string text in texts)
        {
            Assert.False(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(text), out IssuerDirectory? _), text);
        }
    }

    [Fact]
    public void Json_TooLarge_IsRefused()
    {
        byte[] json = Encoding.UTF8.GetBytes(Frame(Entry(), $",\"more\":\"{new string('x', IssuerDirectory.MaxBytes)}\""));
        Assert.False(IssuerDirectory.TryParse(json, out IssuerDirectory? _));
        string many = string.Join(',', Enumerable.Repeat("{\"token-type\":1}", IssuerDirectory.MaxKeys + 1));
        Assert.False(IssuerDirectory.TryParse(Encoding.UTF8.GetBytes(Frame(many)), out IssuerDirectory? _));
    }

    [Fact]
    public void New_DoubledKeyOrBadClass_IsRefused()
    {
        using BlindSigner signer = IssuerKeys.First();
        var entry = new IssuerDirectoryKey(signer.PublicKey, Noon, "eu-standard");
        Assert.Throws<ArgumentException>(() => new IssuerDirectory("/r", [entry, entry]));
        Assert.Throws<ArgumentException>(() => new IssuerDirectory("/r", [entry with { PolicyClass = "EU standard" }]));
        Assert.Throws<ArgumentException>(() => new IssuerDirectory("http://plain.example", [entry]));
    }

    private static string Entry()
    {
        using BlindSigner signer = IssuerKeys.First();
        string key = PaddedBase64Url.Encode(signer.PublicKey.Spki.Span);
        return $$"""{"token-type":2,"token-key":"{{key}}","not-before":1,"policy-class":"eu-standard"}""";
    }

    private static string Frame(string keys, string more = "") =>
        $$"""{"issuer-request-uri":"/token-request","token-keys":[{{keys}}]{{more}}}""";
}
