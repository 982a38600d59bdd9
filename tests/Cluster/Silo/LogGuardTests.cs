using Lethe.Silo.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;

namespace Lethe.ClusterTests.Silo;

public sealed class LogGuardTests
{
    private const string Secret = "Mietvertrag Müller";

    [Fact]
    public void RecordOfOrleans_PassesNumbersAndTypesButNoTexts()
    {
        FakeLogCollector sink = FakeLogCollector.Create(new FakeLogCollectorOptions());
        using ContentFreeLoggerFactory factory = Guarded(sink);
        factory
            .CreateLogger("Orleans.Runtime.MessageCenter")
            .LogWarning(
                new FormatException(Secret, new IOException(Secret)),
                "Message {Message} of {Length} bytes from {Grain}",
                Secret,
                7,
                Secret
            );
        FakeLogRecord record = sink.LatestRecord;
        Assert.Contains("Length=7", record.Message, StringComparison.Ordinal);
        Assert.Contains("System.FormatException", record.Message, StringComparison.Ordinal);
        Assert.Contains("System.IO.IOException", record.Message, StringComparison.Ordinal);
        Assert.Null(record.Exception);
        AssertSilent(record);
    }

    [Fact]
    public void RecordOfOrleans_ThatIsOneText_IsDropped()
    {
        FakeLogCollector sink = FakeLogCollector.Create(new FakeLogCollectorOptions());
        using ContentFreeLoggerFactory factory = Guarded(sink);
        factory.CreateLogger("Npgsql.Command").Log(LogLevel.Error, new EventId(1), Secret, exception: null, static (text, _) => text);
        AssertSilent(sink.LatestRecord);
    }

    [Fact]
    public void RecordOfOurs_KeepsItsMessageButNoExceptionText()
    {
        FakeLogCollector sink = FakeLogCollector.Create(new FakeLogCollectorOptions());
        using ContentFreeLoggerFactory factory = Guarded(sink);
        factory.CreateLogger("Lethe.Records.Tenants").LogError(new FormatException(Secret), "Session {Id} failed", "0123");
        Assert.StartsWith("Session 0123 failed | System.FormatException", sink.LatestRecord.Message, StringComparison.Ordinal);
        AssertSilent(sink.LatestRecord);
    }

    [Fact]
    public void Scopes_AreNotPassedOn()
    {
        FakeLogCollector sink = FakeLogCollector.Create(new FakeLogCollectorOptions());
        using ContentFreeLoggerFactory factory = Guarded(sink);
        ILogger logger = factory.CreateLogger("Microsoft.AspNetCore.Hosting");
        using (logger.BeginScope(Secret))
        {
            logger.LogWarning("Slow");
        }

        Assert.Empty(sink.LatestRecord.Scopes);
    }

    private static ContentFreeLoggerFactory Guarded(FakeLogCollector sink) => new(new LoggerFactory([new FakeLoggerProvider(sink)]));

    private static void AssertSilent(FakeLogRecord record)
    {
        Assert.DoesNotContain(Secret, record.Message, StringComparison.Ordinal);
        Assert.All(
            record.StructuredState ?? [],
            static pair => Assert.DoesNotContain(Secret, pair.Value ?? string.Empty, StringComparison.Ordinal)
        );
    }
}
