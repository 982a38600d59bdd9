using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Lethe.BenchmarksTests.Processes;

/// <summary>A vendor that reads a request and answers at once: a whole answer, or one of 18 events, each sent by itself.</summary>
internal static class Vendor
{
    /// <summary>How a streamed answer ends.</summary>
    public const string LastEvent = "data: [DONE]\n\n";

    private const int Words = 16;

    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(
        """{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"vendor","choices":[{"index":0,"message":{"role":"assistant","content":"Die Kündigungsfrist beträgt drei Monate zum Ende eines Kalendermonats (§ 573c Abs. 1 BGB)."},"finish_reason":"stop"}],"usage":{"prompt_tokens":60,"completion_tokens":24,"total_tokens":84}}"""
    );

    private static readonly byte[][] Events =
    [
        .. Enumerable.Range(0, Words).Select(word => Event(Chunk($$"""{"content":"Wort{{word}} "}""", "null"))),
        Event(Chunk("{}", "\"stop\"", """{"prompt_tokens":60,"completion_tokens":24,"total_tokens":84}""")),
        Encoding.UTF8.GetBytes(LastEvent),
    ];

    /// <summary>Answers.</summary>
    /// <param name="context">The request.</param>
    /// <returns>When it is answered.</returns>
    public static async Task AnswerAsync(HttpContext context)
    {
        bool stream = await WantsStreamAsync(context.Request.BodyReader);
        PipeWriter output = context.Response.BodyWriter;
        if (!stream)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Whole.Length;
            output.Write(Whole);
            await output.FlushAsync(context.RequestAborted);
            return;
        }
        context.Response.ContentType = "text/event-stream";
        foreach (byte[] part in Events)
        {
            output.Write(part);
            await output.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task<bool> WantsStreamAsync(PipeReader body)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync();
            if (read.IsCompleted)
            {
                bool stream = read.Buffer.ToArray().AsSpan().IndexOf("\"stream\":true"u8) >= 0;
                body.AdvanceTo(read.Buffer.End);
                return stream;
            }
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static byte[] Event(string data) => Encoding.UTF8.GetBytes($"data: {data}\n\n");

    private static string Chunk(string delta, string finish, string usage = "null") =>
        $$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"vendor","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}],"usage":{{usage}}}""";
}
