using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lethe.Contracts;
using Lethe.Control.Discovery;
using Lethe.Control.Hosting;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Moves;

/// <summary>Signs what this cell tells others, and checks what others tell: compact JWS, ES256, one key per cell.</summary>
internal sealed class CellSignatures : IDisposable
{
    private const int LongestMessage = 64 * 1024;
    private readonly Region here;
    private readonly ECDsa own;
    private readonly Dictionary<Region, ECDsa> others = [];
    private readonly Lock gate = new();

    /// <summary>Initializes a new instance of the <see cref="CellSignatures"/> class.</summary>
    /// <param name="control">The cells.</param>
    /// <param name="directory">This cell's key.</param>
    public CellSignatures(IOptions<ControlOptions> control, IOptions<DirectoryOptions> directory)
    {
        here = control.Value.Here;
        own = Read(directory.Value.RecordKeyFile);
        foreach (CellOptions cell in control.Value.Cells)
        {
            if (cell.RecordKey is not null && RegionNames.TryParse(cell.Region, out Region region))
            {
                others.Add(region, Read(cell.RecordKey));
            }
        }
    }

    /// <summary>Signs a message.</summary>
    /// <typeparam name="T">What it says.</typeparam>
    /// <param name="kind">What it is.</param>
    /// <param name="claims">What it says.</param>
    /// <param name="form">Its written form.</param>
    /// <returns>The compact JWS.</returns>
    public string Sign<T>(CellMessage kind, T claims, JsonTypeInfo<T> form)
    {
        string signed =
            $"{Encode(Encoding.ASCII.GetBytes(Header(kind, here)))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims, form))}";
        lock (gate)
        {
            return $"{signed}.{Encode(own.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        }
    }

    /// <summary>Checks a message.</summary>
    /// <typeparam name="T">What it says.</typeparam>
    /// <param name="kind">What it should be.</param>
    /// <param name="from">Whose it should be.</param>
    /// <param name="message">The compact JWS.</param>
    /// <param name="form">Its written form.</param>
    /// <returns>What it says; null when it is not signed by that cell, or is something else.</returns>
    public T? Open<T>(CellMessage kind, Region from, string message, JsonTypeInfo<T> form)
        where T : class
    {
        if (
            message.Length > LongestMessage
            || message.Split('.') is not [{ } header, { } payload, { } signature]
            || !others.TryGetValue(from, out ECDsa? key)
        )
        {
            return null;
        }
        // The one header that this cell writes: nothing in it is chosen by the sender.
        if (header != Encode(Encoding.ASCII.GetBytes(Header(kind, from))) || !Base64Url.IsValid(payload) || !Base64Url.IsValid(signature))
        {
            return null;
        }
        byte[] signed = Encoding.ASCII.GetBytes($"{header}.{payload}");
        lock (gate)
        {
            if (!key.VerifyData(signed, Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256))
            {
                return null;
            }
        }
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(payload), form);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        own.Dispose();
        foreach (ECDsa key in others.Values)
        {
            key.Dispose();
        }
    }

    private static string Header(CellMessage kind, Region from) =>
        $$"""{"alg":"ES256","typ":"lethe-{{kind.ToString().ToLowerInvariant()}}+jws","kid":"{{from.ToName()}}"}""";

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private static ECDsa Read(string file)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return key.KeySize == 256 ? key : throw new CryptographicException("A record key is EC P-256.");
    }
}
