using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lethe.Client;

/// <summary>Reads answers. A malformed one gives a problem that quotes nothing of it: it may be content.</summary>
internal static class Answers
{
    public const int MaxBytes = 16 * 1024 * 1024;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await answer.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
        return Read<T>(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    public static T Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw Invalid();
        }
        catch (JsonException)
        {
            throw Invalid();
        }
    }

    public static long Number(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number)
            ? number
            : throw Invalid();

    private static ProblemException Invalid() =>
        ProblemException.Of("answer_invalid", "The server answered in a form that this client does not know.");
}
