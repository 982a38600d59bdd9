using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Lethe.Control.Identity.Providers;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.UnitTests.Control;

/// <summary>TXT records from a resolver: a real one, as far as one question needs it, over TCP.</summary>
public sealed class DomainRecordsTests
{
    private const string Name = "_lethe-issuer.kanzlei-muster.example";
    private static readonly byte[] Pointer = [0xc0, 12]; // to the name of the question

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Texts_OfAnAnswer_AreAllOfThem()
    {
        string issuer = "lethe-tenant=kanzlei-muster issuer=https://login.example/" + new string('x', 300); // in two strings
        byte[] alias = [.. Pointer, .. Record(5, [1, (byte)'a', .. Pointer])];
        byte[] first = [1, (byte)'a', .. Pointer, .. Record(16, Strings(issuer))]; // under the name that the alias leads to
        byte[] second = [.. Pointer, .. Record(16, Strings("v=spf1 -all"))];
        Assert.Equal([issuer, "v=spf1 -all"], await AskAsync(question => Answer(question, 3, [.. alias, .. first, .. second])));
    }

    [Fact]
    public async Task Question_IsOneForTextsOfTheName()
    {
        byte[]? seen = null;
        await AskAsync(question =>
        {
            seen = question;
            return Answer(question, 0, []);
        });
        byte[] name = [13, .. "_lethe-issuer"u8, 14, .. "kanzlei-muster"u8, 7, .. "example"u8, 0];
        Assert.Equal((byte[])[1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name, 0, 16, 0, 1], seen![2..]);
    }

    public static TheoryData<string> Faults =>
        ["another question", "another id", "no response", "name error", "cut record", "cut string", "short", "silent"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Answer_ThatIsNone_GivesNoTexts(string fault)
    {
        byte[] record = [.. Pointer, .. Record(16, Strings("lethe-tenant=a issuer=b"))];
        Assert.Single(await AskAsync(question => Answer(question, 1, record))); // what follows differs in one thing
        IReadOnlyList<string> texts = await AskAsync(question =>
        {
            byte[] good = Answer(question, 1, record);
            switch (fault)
            {
                case "another question":
                    good[20] ^= 1;
                    return good;
                case "another id":
                    good[0] ^= 1;
                    return good;
                case "no response":
                    good[2] &= 0x7f;
                    return good;
                case "name error":
                    good[3] |= 3;
                    return good;
                case "cut record":
                    return good[..^4];
                case "cut string":
                    return Answer(question, 1, [.. Pointer, .. Record(16, [200, 1, 2])]);
                case "short":
                    return [1, 2, 3];
                default:
                    return [];
            }
        });
        Assert.Empty(texts);
    }

    [Fact]
    public async Task Resolver_ThatIsNotThere_GivesNoTexts()
    {
        using TcpListener gone = new(IPAddress.Loopback, 0);
        gone.Start();
        string address = gone.LocalEndpoint.ToString()!;
        gone.Stop();
        Assert.Empty(await new DomainRecords(Options.Create(new ProviderOptions { DnsServer = address })).TextsAsync(Name, Cancel));
    }

    [Theory]
    [InlineData("a..example")]
    [InlineData("")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")] // 64
    public async Task Name_ThatIsNone_IsNotAskedFor(string name) =>
        Assert.Empty(await new DomainRecords(Options.Create(new ProviderOptions { DnsServer = "127.0.0.1:1" })).TextsAsync(name, Cancel));

    private static async Task<IReadOnlyList<string>> AskAsync(Func<byte[], byte[]> answer)
    {
        using TcpListener resolver = new(IPAddress.Loopback, 0);
        resolver.Start();
        Task serving = ServeAsync(resolver, answer);
        DomainRecords records = new(Options.Create(new ProviderOptions { DnsServer = resolver.LocalEndpoint.ToString() }));
        IReadOnlyList<string> texts = await records.TextsAsync(Name, Cancel);
        await serving;
        return texts;
    }

    private static async Task ServeAsync(TcpListener resolver, Func<byte[], byte[]> answer)
    {
        using TcpClient client = await resolver.AcceptTcpClientAsync(Cancel);
        NetworkStream stream = client.GetStream();
        byte[] question = await ReadAsync(stream);
        byte[] told = answer(question);
        if (told.Length > 0)
        {
            byte[] length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)told.Length);
            await stream.WriteAsync((byte[])[.. length, .. told], Cancel);
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        byte[] length = new byte[2];
        await stream.ReadExactlyAsync(length, Cancel);
        byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, Cancel);
        return message;
    }

    private static byte[] Answer(byte[] question, byte records, byte[] section)
    {
        byte[] answer = [.. question, .. section];
        (answer[2], answer[3], answer[7]) = (0x81, 0x80, records);
        return answer;
    }

    private static byte[] Record(byte type, byte[] data) =>
        [0, type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static byte[] Strings(string text) =>
        [.. Encoding.ASCII.GetBytes(text).Chunk(255).SelectMany(part => (byte[])[(byte)part.Length, .. part])];
}
