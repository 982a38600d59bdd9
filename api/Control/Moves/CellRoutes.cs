using System.Text;
using Lethe.Control.Hosting;

namespace Lethe.Control.Moves;

/// <summary>The cell port: other cells' Controls, known by their certificates, and nobody else.</summary>
internal static class CellRoutes
{
    private const int LongestMessage = 64 * 1024;

    /// <summary>Answers requests of the cell listener, and lets those of others pass.</summary>
    /// <param name="app">The host.</param>
    public static void UseCells(this WebApplication app) =>
        app.MapWhen(context => context.Features.Get<CellConnection>() is not null, branch => branch.Run(AnswerAsync));

    private static async Task AnswerAsync(HttpContext context)
    {
        CellConnection connection = context.Features.Get<CellConnection>()!;
        CellMessage? kind =
            Array.Find(Enum.GetValues<CellMessage>(), kind => context.Request.Path == CellLink.PathOf(kind)) is var found
            && context.Request.Path == CellLink.PathOf(found)
                ? found
                : null;
        if (kind is null || context.Request.Method != HttpMethods.Post)
        {
            await Problems.NotFound.ExecuteAsync(context);
            return;
        }
        byte[] buffer = new byte[LongestMessage + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        CellAnswer? answer =
            length > LongestMessage
                ? null
                : await context
                    .RequestServices.GetRequiredService<CellInbox>()
                    .ReceiveAsync(connection.Peer, kind.Value, Encoding.ASCII.GetString(buffer, 0, length), context.RequestAborted);
        context.Response.StatusCode = answer switch
        {
            null => StatusCodes.Status400BadRequest,
            { Accepted: false } => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status200OK,
        };
        await context.Response.WriteAsJsonAsync(
            answer ?? CellAnswer.Refused,
            CellJson.Default.CellAnswer,
            contentType: null,
            context.RequestAborted
        );
    }
}
