using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Lethe.Control.Identity.Accounts.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace Lethe.Control.Identity.Accounts.Keys;

/// <summary>Keeps the data-protection keys in the accounts database, each whole under the KEK. They are destroyed a day after their end.</summary>
/// <param name="scopes">Makes connections.</param>
/// <param name="ring">The KEKs.</param>
/// <param name="clock">The clock.</param>
internal sealed class DataProtectionKeys(IServiceScopeFactory scopes, AccountKeyRing ring, TimeProvider clock) : IXmlRepository
{
    private static readonly TimeSpan KeptAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan WithoutEnd = TimeSpan.FromDays(365);

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using IServiceScope scope = scopes.CreateScope();
        AccountsDbContext database = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        return [.. database.DataProtectionKeys.AsNoTracking().AsEnumerable().Select(Read)];
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        string name = Guid.NewGuid().ToString("N");
        byte[] xml = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        DateTime end = DateTime.TryParse(
            element.Element("expirationDate")?.Value,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
            out DateTime expires
        )
            ? expires + KeptAfter
            : (clock.GetUtcNow() + WithoutEnd).UtcDateTime;
        using IServiceScope scope = scopes.CreateScope();
        AccountsDbContext database = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        database.DataProtectionKeys.Add(
            new()
            {
                Name = name,
                Wrapped = KeyWrap.Wrap(ring.Current, name, xml),
                KekId = ring.Current.Id,
                DestroyAfter = end,
            }
        );
        database.SaveChanges();
        CryptographicOperations.ZeroMemory(xml);
    }

    private XElement Read(DataProtectionKeyRow row)
    {
        byte[] xml = KeyWrap.Unwrap(ring.Find(row.KekId), row.Name, row.Wrapped);
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(xml));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(xml);
        }
    }
}
