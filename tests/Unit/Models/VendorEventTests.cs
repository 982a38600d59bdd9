using System.Net.ServerSentEvents;
using System.Text;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.OpenAi;
using Xunit;

namespace Lethe.UnitTests.Models;

/// <summary>Events of a vendor, cut as a network may cut them; the platform's own parser says what is right.</summary>
public sealed class VendorEventTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n")]
    [InlineData("data: a\r\n\r\ndata: b\r\n\r\n")]
    [InlineData("data: a\r\rdata: b\r\r")]
    [InlineData("data: a\r\n\rdata: b\n\r\n")]
    [InlineData("\uFEFFdata: a\n\n")]
    [InlineData(": comment\n\nevent: x\nid: 1\nretry: 5\ndata: a\n\n")]
    [InlineData("data: one\ndata:two\ndata\ndata:  three\n\ndata: four\n\n")]
    [InlineData("data:\n\ndata\n\ndata: \n\n")]
    [InlineData("database: x\ndata : y\n data: z\n\n\n\n\ndata: a\n\n")]
    [InlineData("data: a\n\ndata: without an end\n")]
    [InlineData("data: a\n\ndata: without an end")]
    [InlineData("")]
    [InlineData("\n\n\r\n")]
    public async Task Events_CutAnywhere_AreThoseOfThePlatform(string text)
    {
        byte[] wire = Encoding.UTF8.GetBytes(text);
        List<string> expected = [.. SseParser.Create(new MemoryStream(wire)).Enumerate().Select(item => item.Data)];
        for (int piece = 1; piece <= Math.Max(wire.Length, 1); piece++)
        {
            Assert.Equal(expected, await ReadAsync(wire, () => piece));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Events_OfAnySize_AreThoseOfThePlatform(int seed)
    {
        Random random = new(seed);
        StringBuilder text = new();
        for (int i = 0; i < 200; i++)
        {
            string end = random.Next(3) switch
            {
                0 => "\n",
                1 => "\r\n",
                _ => "\r",
            };
            text.Append(random.Next(5) == 0 ? ": pause" : "data: ").Append('x', random.Next(2) == 0 ? 10 : random.Next(20_000)).Append(end);
            text.Append(random.Next(3) == 0 ? "" : end);
        }
        byte[] wire = Encoding.UTF8.GetBytes(text.ToString());
        List<string> expected = [.. SseParser.Create(new MemoryStream(wire)).Enumerate().Select(item => item.Data)];
        Assert.True(expected.Count > 50);
        Assert.Equal(expected, await ReadAsync(wire, () => random.Next(1, 30_000)));
    }

    private static async Task<List<string>> ReadAsync(byte[] wire, Func<int> piece)
    {
        using CancellationTokenSource deadline = new();
        List<string> found = [];
        using (VendorStream stream = new(new PiecesStream(wire, piece), new ModelOptions(), TimeProvider.System, deadline, default))
        using (VendorEvents events = new(stream))
        {
            do
            {
                while (events.TryTake(out ReadOnlySpan<byte> data))
                {
                    found.Add(Encoding.UTF8.GetString(data));
                }
            } while (await events.WaitAsync());
        }
        return found;
    }

    private sealed class PiecesStream(byte[] wire, Func<int> piece) : MemoryStream(wire)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece(), buffer.Length)], cancellationToken);
    }
}
