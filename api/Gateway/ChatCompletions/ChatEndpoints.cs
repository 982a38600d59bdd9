using System.Text.Json;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Models;
using Lethe.Gateway.Models.Extractive;
using Lethe.Gateway.Sealing;
using Lethe.Gateway.Sessions;
using Lethe.Gateway.Turns;
using Microsoft.AspNetCore.Http.Features;

namespace Lethe.Gateway.ChatCompletions;

/// <summary>The OpenAI-compatible, stateless side: each call takes a lease of the session and leaves nothing in it.</summary>
internal static class ChatEndpoints
{
    /// <summary>How many bytes a request may have: 8 MiB.</summary>
    public const int MaxBodyBytes = 8 * 1024 * 1024;

    private const int LeastAnswerTokens = 64;

    /// <summary>Adds what the routes need.</summary>
    /// <param name="services">The host's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddChatCompletions(this IServiceCollection services) =>
        services.AddSingleton<ChatPassThrough>().AddSingleton<ChatEmbedded>();

    /// <summary>Maps the routes.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapChatCompletions(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder group = endpoints.MapGroup("/v1").WithTags("OpenAI").RequireSession().WithMetadata(new OpenAiShape());
        // From the host's services, not the request's: they are singletons, and a request that asks for none of its own gets no scope.
        IServiceProvider services = endpoints.ServiceProvider;
        Delegate complete = (HttpContext context) =>
            CompleteAsync(
                context,
                services.GetRequiredService<IModelRoutes>(),
                services.GetRequiredService<SessionLeases>(),
                services.GetRequiredService<ChatPassThrough>(),
                services.GetRequiredService<ChatEmbedded>()
            );
        group.MapPost("/chat/completions", complete).WithSummary("OpenAI's chat completions, streamed or not. Nothing is kept.");
        group.MapGet("/models", ListAsync).WithSummary("OpenAI's list of models: those of the policy class.");
    }

    private static async Task ListAsync(HttpContext context, IModelRoutes routes)
    {
        PolicyClass? policy = routes.FindClass(context.GetSession().PolicyClass);
        context.Response.ContentType = "application/json";
        using (Utf8JsonWriter json = new(context.Response.BodyWriter))
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (OfferedModel model in policy?.Models ?? [])
            {
                json.WriteStartObject();
                json.WriteString("id"u8, model.Name);
                json.WriteString("object"u8, "model"u8);
                json.WriteNumber("created"u8, 0);
                json.WriteString("owned_by"u8, model.Vendor);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static async Task CompleteAsync(
        HttpContext context,
        IModelRoutes routes,
        SessionLeases leases,
        ChatPassThrough passThrough,
        ChatEmbedded embedded
    )
    {
        SessionContext session = context.GetSession();
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBodyBytes;
        using PlainWriter bytes = new(MaxBodyBytes);
        if (await JsonBody.ReadAsync(context.Request, bytes, context.RequestAborted) is { } unread)
        {
            await unread.ExecuteAsync(context);
            return;
        }
        if (!ChatBody.Read(bytes.Written).Try(out ChatBody? body, out Problem? refusal))
        {
            await refusal.ExecuteAsync(context);
            return;
        }
        RouteChoice choice = routes.Choose(session.PolicyClass, ModelAction.Chat, body.Model.Span, CharactersOf(body.Messages.Span));
        if (choice is not RoutesChosen chosen)
        {
            await TurnPlanner.ToProblem((RouteRefused)choice).ExecuteAsync(context);
            return;
        }
        int limit = Math.Min(
            routes.FindLimits(session.PolicyClass)!.MaxOutputTokens,
            chosen.Routes.Min(route => route.Limits.MaxOutputTokens)
        );
        using ChatMaterial? material = chosen.Input == ModelInput.Material ? ChatMaterial.Read(body.Messages.Span) : null;
        if (Check(body, chosen, material, limit) is { } problem)
        {
            await problem.ExecuteAsync(context);
            return;
        }
        int output = body.MaxOutputTokens > 0 ? body.MaxOutputTokens : limit;
        long prompt = TokenEstimate.OfBytes(bytes.Length);
        long reserve = prompt + ((long)output * body.Choices);
        long least = prompt + ((long)Math.Min(output, LeastAnswerTokens) * body.Choices);
        Outcome<HeldLease> taken = await leases.TakeAsync(session, LeaseKind.Call, reserve, least, context.RequestAborted);
        if (!taken.Try(out HeldLease? lease, out refusal))
        {
            await refusal.ExecuteAsync(context);
            return;
        }
        await using (lease)
        {
            int left = (int)((lease.Taken.ReservedTokens - prompt) / body.Choices);
            long used = prompt; // of a call that is stopped half-way: at least what was sent
            try
            {
                ChatResult result = material is null
                    ? await passThrough.RunAsync(context, body, chosen, new ChatLimit(left, left < output), lease.EndCall, lease.Stopped)
                    : await embedded.RunAsync(context, body, chosen, RequestOf(material, left), lease.EndCall, lease.Stopped);
                used = result.UsedTokens;
                if (result.Failed is { } failed)
                {
                    await AnswerAsync(context, TurnRun.ToProblem(failed));
                }
            }
            catch (OperationCanceledException)
                when (lease.Stopped.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
            {
                await AnswerAsync(context, ToProblem(lease.Reason));
            }
            finally
            {
                if (!lease.Ended)
                {
                    await lease.EndAsync(used);
                }
            }
        }
    }

    private static Problem? Check(ChatBody body, RoutesChosen chosen, ChatMaterial? material, int limit)
    {
        if (body.MaxOutputTokens > limit)
        {
            return (Problems.ParameterRefused with { Member = "max_completion_tokens" }).With("maxOutputTokens", limit);
        }
        if (chosen.Input != ModelInput.Material)
        {
            return null;
        }
        if (body.HasTools || body.Choices > 1)
        {
            return Problems.ActionNotSupported with { Member = body.HasTools ? "tools" : "n" };
        }
        if (material is null)
        {
            return Problems.BodyInvalid with { Member = "messages" };
        }
        return Wishes.AsksForTranslation(material.Instruction.Span) ? Problems.ActionNotSupported
            : material.Document.IsEmpty ? Problems.NothingToWorkOn
            : null;
    }

    private static ModelRequest RequestOf(ChatMaterial material, int maxOutputTokens) =>
        new()
        {
            Action = ModelAction.Chat,
            Material = material.ToMaterial(),
            MaxOutputTokens = maxOutputTokens,
        };

    private static Task AnswerAsync(HttpContext context, Problem problem)
    {
        if (!context.Response.HasStarted)
        {
            return problem.ExecuteAsync(context);
        }
        ChatAnswer.WriteEventError(context.Response.BodyWriter, problem);
        return context.Response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }

    private static Problem ToProblem(StopReason reason) =>
        reason switch
        {
            StopReason.Cancelled => Problems.Cancelled,
            StopReason.SessionGone => Problems.SessionGone,
            _ => Problems.LeaseLapsed,
        };

    private static long CharactersOf(ReadOnlySpan<byte> utf8)
    {
        long count = 0;
        foreach (byte unit in utf8)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }
}
