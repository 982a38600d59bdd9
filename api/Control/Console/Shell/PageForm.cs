using Microsoft.AspNetCore.Http.Features;

namespace Lethe.Control.Console.Shell;

/// <summary>Reads forms: few, small fields, in memory.</summary>
internal static class PageForm
{
    private const string MediaType = "application/x-www-form-urlencoded";

    private static readonly FormOptions Limits = new()
    {
        ValueCountLimit = 32,
        KeyLengthLimit = 64,
        ValueLengthLimit = 16 * 1024, // the answer of a passkey
        BufferBody = false,
    };

    /// <summary>Reads a form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The fields; null when it is no such form, or too large.</returns>
    public static async Task<IFormCollection?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentType?.Split(';')[0].Trim().Equals(MediaType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }
        if (request.HttpContext.Features.Get<IFormFeature>()?.Form is { } already)
        {
            return already; // the OpenID Connect server has read it
        }
        FormFeature feature = new(request, Limits);
        request.HttpContext.Features.Set<IFormFeature>(feature);
        try
        {
            return await feature.ReadFormAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }
}
