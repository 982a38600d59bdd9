using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Lethe.TestKit.Vendors;

/// <summary>One request as the vendor got it.</summary>
/// <param name="Path">Method and path.</param>
/// <param name="Headers">All headers.</param>
/// <param name="Body">The bytes of the body.</param>
public sealed record VendorRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>
/// Somebody else's model on loopback HTTPS. What it does is named by the model: <c>mock-ok</c>, <c>mock-long</c> (20 KB), <c>mock-tools</c>, <c>mock-length</c>,
/// <c>mock-filtered</c>, <c>mock-cut</c> (the connection breaks), <c>mock-undone</c> (no [DONE]), <c>mock-garbage</c>, <c>mock-error-event</c>,
/// <c>mock-hang</c>, <c>mock-400</c>, <c>mock-filter-400</c>, <c>mock-401</c>, <c>mock-429</c>, <c>mock-500</c>, <c>mock-redirect</c>, <c>mock-html</c>, <c>mock-silent-cut</c>.
/// Refusals quote the prompt and <see cref="Marker"/>.
/// </summary>
public sealed class MockVendor : IAsyncDisposable
{
    /// <summary>Stands in every refusal and must never be seen elsewhere.</summary>
    public const string Marker = "VENDORSAYSXYZZY";

    private const string Whole =
        """{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"vendor-name","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße."},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""";

    private readonly WebApplication app;
    private readonly TempFolder folder = new();
    private readonly List<VendorRequest> requests = [];
    private readonly X509Certificate2 certificate;

    private MockVendor()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=mock vendor", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
        File.WriteAllText(CaFile, made.ExportCertificatePem());
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.UseHttps(certificate);
                }
            );
        });
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string CaFile => folder.File("vendor-ca.pem");

    public Uri Endpoint { get; private set; } = new("https://localhost");

    public IReadOnlyList<VendorRequest> Requests
    {
        get
        {
            lock (requests)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>Gets what a test completes when it has seen text; <c>mock-cut</c> waits for it.</summary>
    public TaskCompletionSource TextArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a caller of <c>mock-hang</c> has gone away.</summary>
    public TaskCompletionSource CallerGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<MockVendor> StartAsync()
    {
        MockVendor vendor = new();
        await vendor.app.StartAsync();
        string address = vendor.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        vendor.Endpoint = new Uri($"https://localhost:{new Uri(address).Port}/v1");
        return vendor;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
        folder.Dispose();
    }

    private static string Chunk(string delta, string finish) =>
        $$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"vendor-name","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}],"usage":null}""";

    private static async Task EventAsync(HttpContext context, string data)
    {
        await context.Response.WriteAsync($"data: {data}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using MemoryStream copy = new();
        await context.Request.Body.CopyToAsync(copy);
        byte[] body = copy.ToArray();
        lock (requests)
        {
            requests.Add(
                new VendorRequest(
                    $"{context.Request.Method} {context.Request.Path}",
                    context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    ),
                    body
                )
            );
        }
        string text = Encoding.UTF8.GetString(body);
        int at = text.IndexOf("\"mock-", StringComparison.Ordinal);
        string mode = at < 0 ? "mock-ok" : text[(at + 1)..text.IndexOf('"', at + 1)];
        await (
            text.Contains("\"stream\":true", StringComparison.Ordinal) || text.Contains("\"stream\": true", StringComparison.Ordinal)
                ? StreamAsync(context, mode, text)
                : WholeAsync(context, mode, text)
        );
    }

    private async Task<bool> RefuseAsync(HttpContext context, string mode, string prompt)
    {
        int status = mode switch
        {
            "mock-400" or "mock-filter-400" => 400,
            "mock-401" => 401,
            "mock-429" => 429,
            "mock-500" => 500,
            "mock-redirect" => 307,
            _ => 0,
        };
        if (mode == "mock-hang")
        {
            TaskCompletionSource gone = new();
            context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            CallerGone.TrySetResult();
            return true;
        }
        if (status == 0)
        {
            return false;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (status == 429)
        {
            context.Response.Headers.RetryAfter = "17";
        }
        if (status == 307)
        {
            context.Response.Headers.Location = $"{Endpoint}/elsewhere?{Marker}";
        }
        string code = mode == "mock-filter-400" ? "content_filter" : "x";
        await context.Response.WriteAsync(
            "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + Marker + ' ' + prompt.Replace('"', ' ') + "\"}}"
        );
        return true;
    }

    private async Task StreamAsync(HttpContext context, string mode, string prompt)
    {
        if (await RefuseAsync(context, mode, prompt))
        {
            return;
        }
        context.Response.ContentType = mode == "mock-html" ? "text/html" : "text/event-stream";
        if (mode == "mock-silent-cut")
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }
        await EventAsync(context, Chunk("""{"role":"assistant","content":""}""", "null"));
        await EventAsync(context, Chunk("""{"content":"Grüße, \"Mandant\"\n"}""", "null"));
        switch (mode)
        {
            case "mock-cut":
                await TextArrived.Task.WaitAsync(TimeSpan.FromSeconds(30)); // a breaking connection may lose what is under way
                context.Abort();
                return;
            case "mock-garbage":
                await EventAsync(context, $"{{not json {Marker}");
                return;
            case "mock-error-event":
                await EventAsync(context, "{\"error\":{\"message\":\"" + Marker + "\"}}");
                return;
            case "mock-long":
                for (int piece = 0; piece < 200; piece++)
                {
                    await EventAsync(context, Chunk("{\"content\":\"" + new string('x', 99) + " \"}", "null"));
                }
                await EventAsync(context, Chunk("{}", "\"stop\""));
                break;
            case "mock-tools":
                await EventAsync(
                    context,
                    Chunk(
                        """{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}""",
                        "null"
                    )
                );
                await EventAsync(context, Chunk("{}", "\"tool_calls\""));
                break;
            default:
                await EventAsync(context, Chunk("""{"content":"§ 535 BGB 😀."}""", "null"));
                string finish = mode switch
                {
                    "mock-length" => "\"length\"",
                    "mock-filtered" => "\"content_filter\"",
                    _ => "\"stop\"",
                };
                await EventAsync(context, Chunk("{}", finish));
                break;
        }
        await EventAsync(
            context,
            """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"vendor-name","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}"""
        );
        if (mode != "mock-undone")
        {
            await EventAsync(context, "[DONE]");
        }
    }

    private async Task WholeAsync(HttpContext context, string mode, string prompt)
    {
        if (await RefuseAsync(context, mode, prompt))
        {
            return;
        }
        context.Response.ContentType = mode == "mock-html" ? "text/html" : "application/json";
        await context.Response.WriteAsync(
            mode == "mock-garbage"
                ? $"{{\"{Marker}\": 1}}"
                : Whole.Replace("\"stop\"", mode == "mock-length" ? "\"length\"" : "\"stop\"", StringComparison.Ordinal)
        );
    }
}
