using Lethe.Contracts;
using Lethe.Contracts.Ledger;
using Lethe.Contracts.Support;
using Lethe.Contracts.Tenants;
using Lethe.Records.Storage;
using Microsoft.Extensions.Options;

namespace Lethe.Records.Support;

/// <summary>
/// A consented document. The entry is written before its key is made; the key is destroyed before the entry goes, so that at
/// every moment in between there is ciphertext without a key and never the other way round.
/// </summary>
[GrainType("share")]
[CollectionAgeLimit(Minutes = 2)] // a stored document is up to 10 MiB of ciphertext in memory
internal sealed partial class ShareGrain(
    [PersistentState("share", StorageNames.Records)] IPersistentState<ShareState> stored,
    SupportAccess access,
    TimeProvider clock,
    IOptions<SupportOptions> options
) : Grain, IShareGrain, IRemindable
{
    private static readonly AccessEvents Describing = new(null, LedgerEvent.CaseRead, LedgerEvent.ShareReadRefused);
    private static readonly AccessEvents Reading = new(
        LedgerEvent.ShareReadByOwner,
        LedgerEvent.ShareReadByStaff,
        LedgerEvent.ShareReadRefused
    );

    private SupportId Id => StoredIds.FromGrainKey(this.GetPrimaryKeyString());

    private string KeyHandle => $"share-{Id}";

    private StoredConsent Consent => stored.State.Consent ?? throw new InvalidOperationException("A share without a consent.");

    private SupportEntry? Entry =>
        stored.RecordExists && stored.State.Stage is ShareStage.Consented or ShareStage.Stored && Consent.ExpiresAt > clock.GetUtcNow()
            ? new SupportEntry(Id, stored.State.ToOwner(), KeyHandle)
            : null;

    /// <inheritdoc/>
    public async Task<SupportResult> OfferAsync(OfferShare command, CancellationToken cancellationToken)
    {
        if (stored.RecordExists)
        {
            return new SupportRefused(SupportRefusal.AlreadyOpen);
        }
        if (!command.Consent.ShareDocument)
        {
            return new SupportRefused(SupportRefusal.NotConsented);
        }
        DateTimeOffset now = clock.GetUtcNow();
        if (command.ExpiresAt <= now || command.ExpiresAt > now + SupportLimits.ShareLifetime)
        {
            return new SupportRefused(SupportRefusal.ExpiryOutOfRange);
        }

        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await this.RegisterOrUpdateReminder(SweepReminder, options.Value.SweepPeriod, options.Value.SweepPeriod, CancellationToken.None);
        DocumentConsent consent = command.Consent;
        await stored.CommitAsync(
            new ShareState
            {
                Stage = ShareStage.Offered,
                Tenant = command.Owner.Tenant.Value,
                Account = command.Owner.Account.Value,
                Case = command.Case.ToString(),
                Consent = new StoredConsent(
                    ShareDocument: true,
                    consent.TextVersion,
                    consent.TextLanguage,
                    consent.TextSha256.ToArray(),
                    consent.Purpose,
                    now,
                    command.ExpiresAt
                ),
            }
        );
        TenantResult held = await GrainFactory
            .GetGrain<ITenantGrain>(command.Owner.Tenant.GrainKey)
            .HoldDataAsync(TenantData.Share, Id.Value, CancellationToken.None);
        if (held is not TenantHere)
        {
            await EndAsync(null, null);
            return new SupportRefused(SupportRefusal.TenantNotHere);
        }

        await access.CreateKeyAsync(KeyHandle);
        await access.RecordAsync(command.Owner.Tenant, LedgerEvent.ShareConsented, command.Owner.Account, Id);
        await stored.CommitAsync(stored.State with { Stage = ShareStage.Consented });
        return new ShareConsented(Receipt());
    }

    /// <inheritdoc/>
    public async Task<SupportResult> DescribeAsync(SupportCaller caller, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(caller, Entry, Describing, cancellationToken);
        if (result is not KeyReleased released)
        {
            return result;
        }
        released.Key.Dispose();
        return new ShareDescribed(Receipt(), stored.State.Stage, stored.State.Document?.ToStored());
    }

    /// <inheritdoc/>
    public async Task<SupportResult> BeginDocumentAsync(SupportOwner owner, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(owner, Entry, Describing, cancellationToken);
        if (result is KeyReleased released && stored.State.Stage != ShareStage.Consented)
        {
            released.Key.Dispose();
            return new SupportRefused(SupportRefusal.DocumentAlreadyStored);
        }
        return result;
    }

    /// <inheritdoc/>
    public async Task<SupportResult> StoreDocumentAsync(StoreDocument command, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(command.Owner, Entry, Describing, cancellationToken);
        if (result is not KeyReleased released)
        {
            return result;
        }
        released.Key.Dispose(); // it only had to be there: a document for a withdrawn consent is not kept
        if (stored.State.Stage != ShareStage.Consented)
        {
            return new SupportRefused(SupportRefusal.DocumentAlreadyStored);
        }
        if (
            command.PlaintextBytes is < 1 or > SupportLimits.DocumentBytes
            || command.Document.Length != SupportLimits.SealedBytes(command.PlaintextBytes)
            || !Enum.IsDefined(command.Format)
        )
        {
            return new SupportRefused(SupportRefusal.WrongSize);
        }

        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await access.RecordAsync(command.Owner.Tenant, LedgerEvent.ShareStored, command.Owner.Account, Id);
        StoredShareDocument document = new(clock.GetUtcNow(), command.PlaintextBytes, command.Format, command.Document.Memory.ToArray());
        await stored.CommitAsync(stored.State with { Stage = ShareStage.Stored, Document = document });
        return new DocumentStored(document.ToStored(), Consent.ExpiresAt);
    }

    /// <inheritdoc/>
    public async Task<SupportResult> ReadDocumentAsync(SupportCaller caller, CancellationToken cancellationToken)
    {
        SupportResult result = await access.ReleaseAsync(caller, Entry, Reading, cancellationToken);
        if (result is not KeyReleased released)
        {
            return result;
        }
        if (stored.State.Document is not { } document)
        {
            released.Key.Dispose();
            return new SupportRefused(SupportRefusal.NoDocument);
        }
        return new DocumentRead(released.Key, released.Tenant, document.ToStored(), new Sealed(document.Ciphertext));
    }

    /// <inheritdoc/>
    public async Task<SupportResult> EndAsync(SupportOwner owner, ShareEnding ending, CancellationToken cancellationToken)
    {
        // Also when the key is gone already: an ending that a fault interrupted is finished by repeating it.
        if (!stored.RecordExists || stored.State.ToOwner() != owner)
        {
            return new SupportUnknown();
        }
        cancellationToken.ThrowIfCancellationRequested(); // the last point at which nothing has happened
        await EndAsync(
            ending == ShareEnding.Expired ? LedgerEvent.ShareExpired : LedgerEvent.ShareWithdrawn,
            ending == ShareEnding.Expired ? null : owner.Account
        );
        return new SupportEnded();
    }

    private ShareReceipt Receipt() =>
        new(
            Id,
            StoredIds.Parse(stored.State.Case),
            Consent.TextVersion,
            Consent.TextLanguage,
            Consent.TextSha256,
            Consent.Purpose,
            Consent.GivenAt,
            Consent.ExpiresAt
        );
}
