using Lethe.Gateway.Documents.Reading;
using Lethe.TestKit.Documents;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lethe.UnitTests.Documents;

/// <summary>What waits behind documents that take long.</summary>
public sealed class BusyReadersTests
{
    [Fact]
    public async Task Read_WhileNoRoomIsFree_IsBusyAndThenReads()
    {
        using StandingClock clock = new();
        DocumentReadingOptions options = new() { MaxConcurrent = 1, MaxWait = TimeSpan.FromMilliseconds(100) };
        using DocumentReaders readers = new(Options.Create(options), clock);
        byte[] file = PdfFile.OfPages(["BT /F1 11 Tf 71 700 Td (Amber) Tj ET"]);

        Task<DocumentReadResult> first = readers.ReadAsync(file, DocumentKind.Pdf, TestContext.Current.CancellationToken);
        DocumentReadResult second = await readers.ReadAsync(file, DocumentKind.Pdf, TestContext.Current.CancellationToken);
        clock.Go();

        Assert.Equal(new DocumentRefused(DocumentRefusal.Busy), second);
        Assert.IsType<DocumentRead>(await first);
        Assert.IsType<DocumentRead>(await readers.ReadAsync(file, DocumentKind.Pdf, TestContext.Current.CancellationToken));
    }

    /// <summary>Holds whoever asks for the time until it is told to go: a reader's thread asks first of all.</summary>
    private sealed class StandingClock : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim gone = new();

        public void Go() => gone.Set();

        public override long GetTimestamp()
        {
            gone.Wait();
            return base.GetTimestamp();
        }

        public void Dispose() => gone.Dispose();
    }
}
