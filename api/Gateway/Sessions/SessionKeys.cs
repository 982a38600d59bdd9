using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Lethe.Contracts;
using Lethe.Gateway.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Lethe.Gateway.Sessions;

/// <summary>Where the keys of session credentials stand. Section <c>SessionKeys</c>.</summary>
public sealed class SessionKeyOptions
{
    /// <summary>
    /// Gets or sets the folder with this cell's private keys as <c>*.pem</c> (EC P-256; the last by name signs, all verify) and the other
    /// cells' public keys as <c>{region}/*.pem</c>, so that a credential of theirs is known as misdirected and not just as invalid.
    /// </summary>
    [Required]
    public string? Folder { get; set; }
}

[OptionsValidator]
internal sealed partial class SessionKeyOptionsValidator : IValidateOptions<SessionKeyOptions>;

/// <summary>The keys of session credentials: this cell's, and the public ones of the others. Read at start.</summary>
internal sealed class SessionKeys : IDisposable
{
    private readonly List<ECDsa> keys = [];

    /// <summary>Initializes a new instance of the <see cref="SessionKeys"/> class.</summary>
    /// <param name="options">Where the keys are.</param>
    /// <param name="cells">Which cells there are.</param>
    /// <exception cref="InvalidOperationException">There is no key of this cell, or a file is none.</exception>
    public SessionKeys(IOptions<SessionKeyOptions> options, IOptions<CellsOptions> cells)
    {
        string folder = options.Value.Folder!;
        Region here = cells.Value.Region!.Value;
        Own = [.. Read(folder)];
        if (Own.Count == 0)
        {
            throw new InvalidOperationException("SessionKeys:Folder holds no *.pem file.");
        }
        Dictionary<Region, IReadOnlyList<SecurityKey>> foreign = [];
        foreach (Region region in cells.Value.Cells.Select(cell => cell.Region).Where(region => region != here))
        {
            foreign[region] = [.. Read(Path.Combine(folder, region.ToName()))];
        }
        Foreign = foreign;
    }

    /// <summary>Gets this cell's keys, the newest first.</summary>
    public IReadOnlyList<SecurityKey> Own { get; }

    /// <summary>Gets the other cells' keys.</summary>
    public IReadOnlyDictionary<Region, IReadOnlyList<SecurityKey>> Foreign { get; }

    /// <inheritdoc/>
    public void Dispose() => keys.ForEach(key => key.Dispose());

    private IEnumerable<SecurityKey> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        foreach (string file in Directory.EnumerateFiles(folder, "*.pem").OrderDescending(StringComparer.Ordinal))
        {
            ECDsa key = ECDsa.Create();
            keys.Add(key);
            key.ImportFromPem(File.ReadAllText(file));
            yield return new ECDsaSecurityKey(key)
            {
                KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16],
            };
        }
    }
}
