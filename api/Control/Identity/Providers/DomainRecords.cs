using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Providers;

/// <summary>What a domain publishes.</summary>
internal interface IDomainRecords
{
    /// <summary>Asks for the texts of a name.</summary>
    /// <param name="name">A DNS name, in ASCII.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The texts; none when there are none or the resolver does not answer.</returns>
    Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellationToken);
}

/// <summary>
/// Asks the deployment's own resolver for TXT records (RFC 1035), over TCP: an answer cannot be forged by who is not on the way to it. DNSSEC is the
/// resolver's business. Small and soon, or not at all.
/// </summary>
/// <param name="options">Which resolver.</param>
internal sealed class DomainRecords(IOptions<ProviderOptions> options) : IDomainRecords
{
    private const int Port = 53;
    private const int LongestAnswer = 16 * 1024;
    private const int HeaderBytes = 12;
    private const ushort Text = 16;
    private const ushort Internet = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken cancellationToken)
    {
        if (Resolver() is not { } resolver || !TryAsk(name, out byte[] question))
        {
            return [];
        }
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using TcpClient connection = new(resolver.AddressFamily) { NoDelay = true };
            await connection.ConnectAsync(resolver, limit.Token);
            NetworkStream stream = connection.GetStream();
            await stream.WriteAsync(question, limit.Token);
            byte[] length = new byte[2];
            await stream.ReadExactlyAsync(length, limit.Token);
            int expected = BinaryPrimitives.ReadUInt16BigEndian(length);
            if (expected is < HeaderBytes or > LongestAnswer)
            {
                return [];
            }
            byte[] answer = new byte[expected];
            await stream.ReadExactlyAsync(answer, limit.Token);
            return Read(answer, question.AsSpan(2)) ?? [];
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return []; // not reachable, or cut
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return []; // too slow
        }
    }

    /// <summary>Reads the texts out of an answer.</summary>
    /// <param name="answer">The answer, without its length.</param>
    /// <param name="question">The question, without its length.</param>
    /// <returns>The texts; null when the answer is malformed or is none to this question.</returns>
    internal static List<string>? Read(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question)
    {
        const int Response = 0x80;
        const int CodeBits = 0x0f;
        if (
            answer.Length < question.Length
            || !answer[..2].SequenceEqual(question[..2])
            || (answer[2] & Response) == 0
            || (answer[3] & CodeBits) != 0
            || !answer[HeaderBytes..question.Length].SequenceEqual(question[HeaderBytes..])
        )
        {
            return null;
        }
        int count = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        ReadOnlySpan<byte> rest = answer[question.Length..];
        List<string> texts = [];
        for (int record = 0; record < count; record++)
        {
            const int Fixed = 10; // type, class, time to live, length
            if (!TrySkipName(ref rest) || rest.Length < Fixed)
            {
                return null;
            }
            (ushort type, ushort kind) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[8..]);
            rest = rest[Fixed..];
            if (rest.Length < length)
            {
                return null;
            }
            if ((type, kind) == (Text, Internet))
            {
                if (Join(rest[..length]) is not { } text)
                {
                    return null;
                }
                texts.Add(text);
            }
            rest = rest[length..];
        }
        return texts;
    }

    // A text is strings of up to 255 bytes, one after the other.
    private static string? Join(ReadOnlySpan<byte> data)
    {
        StringBuilder text = new();
        while (!data.IsEmpty)
        {
            int length = data[0];
            if (data.Length <= length)
            {
                return null;
            }
            text.Append(Encoding.Latin1.GetString(data.Slice(1, length)));
            data = data[(length + 1)..];
        }
        return text.ToString();
    }

    private static bool TrySkipName(ref ReadOnlySpan<byte> rest)
    {
        const int Pointer = 0xc0;
        while (!rest.IsEmpty)
        {
            int label = rest[0];
            int skipped = label >= Pointer ? 2 : label + 1;
            if (rest.Length < skipped)
            {
                return false;
            }
            rest = rest[skipped..];
            if (label is 0 or >= Pointer)
            {
                return true;
            }
        }
        return false;
    }

    private static bool TryAsk(string name, out byte[] question)
    {
        const int LongestLabel = 63;
        const int LongestName = 253;
        using MemoryStream written = new();
        written.Write([0, 0, .. RandomNumberGenerator.GetBytes(2), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]); // recursion desired, one question
        foreach (string label in name.Split('.'))
        {
            byte[] bytes = Encoding.ASCII.GetBytes(label);
            if (bytes.Length is 0 or > LongestLabel)
            {
                question = [];
                return false;
            }
            written.WriteByte((byte)bytes.Length);
            written.Write(bytes);
        }
        written.Write([0, 0, (byte)Text, 0, (byte)Internet]);
        question = written.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(question, (ushort)(question.Length - 2));
        return name.Length <= LongestName;
    }

    private IPEndPoint? Resolver()
    {
        string? address =
            options.Value.DnsServer
            ?? (
                File.Exists("/etc/resolv.conf")
                    ? File.ReadLines("/etc/resolv.conf")
                        .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                        .Where(words => words is ["nameserver", _, ..])
                        .Select(words => words[1])
                        .FirstOrDefault()
                    : null
            );
        return address is not null && IPEndPoint.TryParse(address, out IPEndPoint? found)
            ? new(found.Address, found.Port == 0 ? Port : found.Port)
            : null;
    }
}
