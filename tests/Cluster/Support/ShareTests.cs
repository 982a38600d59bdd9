using Lethe.Contracts;
using Lethe.Contracts.Support;
using Xunit;

namespace Lethe.ClusterTests.Support;

/// <summary>Every transition that is none, and the ones that are.</summary>
[Collection(SupportSuite.Name)]
public sealed class ShareTests(SupportSilo silo)
{
    private static CancellationToken Cancel => SupportScene.Cancel;

    [Fact]
    public async Task Consent_ThenDocumentThenRead_GivesTheCiphertextBack()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync();
        ShareDescribed before = Assert.IsType<ShareDescribed>(await scene.Share(share).DescribeAsync(scene.Owner, Cancel));
        Assert.Equal((ShareStage.Consented, null), (before.Stage, before.Document));
        Assert.IsType<KeyReleased>(await scene.Share(share).BeginDocumentAsync(scene.Owner, Cancel));
        StoreDocument document = scene.Document(SupportLimits.ChunkBytes + 1);
        Assert.IsType<DocumentStored>(await scene.Share(share).StoreDocumentAsync(document, Cancel));
        DocumentRead read = Assert.IsType<DocumentRead>(await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
        Assert.Equal(document.Document.Memory.ToArray(), read.Content.Memory.ToArray());
        Assert.Equal(32, read.Key.Span.Length);
        CaseDescribed described = Assert.IsType<CaseDescribed>(await scene.Case.DescribeAsync(scene.Owner, Cancel));
        Assert.Equal(share, Assert.Single(described.Shares));
    }

    [Fact]
    public async Task Share_ThatWasNeverOffered_IsUnknownToEverything()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        await AssertUnknownAsync(scene, SupportId.Create());
    }

    [Fact]
    public async Task Share_ThatWasWithdrawn_IsUnknownToEverything()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.StoreAsync();
        int erasures = silo.Durable.Erasures;
        Assert.IsType<SupportEnded>(await scene.Share(share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel));
        Assert.Equal(erasures + 1, silo.Durable.Erasures);
        await AssertUnknownAsync(scene, share);
    }

    [Fact]
    public async Task Share_WhoseTimeIsOver_IsUnknownButCanStillBeWithdrawn()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync(silo.Clock.GetUtcNow().AddHours(1));
        silo.Clock.Advance(TimeSpan.FromHours(1));
        Assert.IsType<SupportUnknown>(await scene.Share(share).BeginDocumentAsync(scene.Owner, Cancel));
        Assert.IsType<SupportUnknown>(await scene.Share(share).StoreDocumentAsync(scene.Document(), Cancel));
        Assert.IsType<SupportUnknown>(await scene.Share(share).DescribeAsync(scene.Owner, Cancel));
        Assert.IsType<SupportEnded>(await scene.Share(share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel));
    }

    [Fact]
    public async Task Document_BeforeItIsThereAndTwice_IsRefused()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync();
        Assert.Equal(new SupportRefused(SupportRefusal.NoDocument), await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel));
        Assert.IsType<DocumentStored>(await scene.Share(share).StoreDocumentAsync(scene.Document(), Cancel));
        SupportRefused twice = new(SupportRefusal.DocumentAlreadyStored);
        Assert.Equal(twice, await scene.Share(share).StoreDocumentAsync(scene.Document(), Cancel));
        Assert.Equal(twice, await scene.Share(share).BeginDocumentAsync(scene.Owner, Cancel));
    }

    [Fact]
    public async Task Offer_OfATakenIdOrWithoutTheSwitchOrTooLong_IsRefused()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync();
        DateTimeOffset now = silo.Clock.GetUtcNow();
        OfferShare offer = new(scene.CaseId, scene.Owner, SupportScene.Consent(), now.AddDays(1));
        Assert.Equal(new SupportRefused(SupportRefusal.AlreadyOpen), await scene.Share(share).OfferAsync(offer, Cancel));
        IShareGrain fresh = scene.Share(SupportId.Create());
        Assert.Equal(
            new SupportRefused(SupportRefusal.NotConsented),
            await fresh.OfferAsync(offer with { Consent = SupportScene.Consent(shareDocument: false) }, Cancel)
        );
        SupportRefused range = new(SupportRefusal.ExpiryOutOfRange);
        Assert.Equal(range, await fresh.OfferAsync(offer with { ExpiresAt = now }, Cancel));
        Assert.Equal(range, await fresh.OfferAsync(offer with { ExpiresAt = now.AddDays(30).AddSeconds(1) }, Cancel));
    }

    [Fact]
    public async Task Consent_WithoutTheSwitchOrTooLongOrTooOften_IsRefused()
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        Task<SupportResult> Ask(DocumentConsent consent) => scene.Case.ConsentAsync(scene.Owner, consent, Cancel);
        Assert.Equal(new SupportRefused(SupportRefusal.NotConsented), await Ask(SupportScene.Consent(shareDocument: false)));
        Assert.Equal(
            new SupportRefused(SupportRefusal.NotConsented),
            await Ask(SupportScene.Consent() with { TextSha256 = ReadOnlyMemory<byte>.Empty })
        );
        DateTimeOffset now = silo.Clock.GetUtcNow();
        Assert.Equal(new SupportRefused(SupportRefusal.ExpiryOutOfRange), await Ask(SupportScene.Consent(now)));
        Assert.Equal(new SupportRefused(SupportRefusal.ExpiryOutOfRange), await Ask(SupportScene.Consent(now.AddDays(31))));
        ShareConsented longest = Assert.IsType<ShareConsented>(await Ask(SupportScene.Consent(now.AddDays(30).AddMinutes(1))));
        Assert.Equal(now.AddDays(30), longest.Receipt.ExpiresAt); // the other clock was ahead
        for (int count = 1; count < 10; count++)
        {
            await scene.ConsentAsync();
        }
        Assert.Equal(new SupportRefused(SupportRefusal.TooManyShares), await Ask(SupportScene.Consent()));
        await scene.Share(longest.Receipt.Share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel);
        Assert.IsType<ShareConsented>(await Ask(SupportScene.Consent()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1000, 1000)]
    [InlineData(1000, 1029)]
    [InlineData(SupportLimits.DocumentBytes + 1, SupportLimits.DocumentBytes + 1 + (41 * SupportLimits.ChunkOverheadBytes))]
    public async Task StoreDocument_WhoseLengthsDoNotFit_IsRefused(int plaintextBytes, int sealedBytes)
    {
        SupportScene scene = await SupportScene.OpenAsync(silo);
        SupportId share = await scene.ConsentAsync();
        StoreDocument document = new(scene.Owner, new Sealed(new byte[sealedBytes]), plaintextBytes, ShareFormat.Pdf);
        Assert.Equal(new SupportRefused(SupportRefusal.WrongSize), await scene.Share(share).StoreDocumentAsync(document, Cancel));
    }

    private static async Task AssertUnknownAsync(SupportScene scene, SupportId share)
    {
        SupportResult[] answers =
        [
            await scene.Share(share).DescribeAsync(scene.Owner, Cancel),
            await scene.Share(share).BeginDocumentAsync(scene.Owner, Cancel),
            await scene.Share(share).StoreDocumentAsync(scene.Document(), Cancel),
            await scene.Share(share).ReadDocumentAsync(scene.Owner, Cancel),
            await scene.Share(share).EndAsync(scene.Owner, ShareEnding.Withdrawn, Cancel),
        ];
        Assert.All(answers, answer => Assert.IsType<SupportUnknown>(answer));
    }
}
