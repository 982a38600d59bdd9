using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lethe.Client;

/// <summary>Support cases of the signed-in user. A document goes along only after a consent of its own.</summary>
public sealed class SupportClient
{
    private readonly LetheClient client;

    internal SupportClient(LetheClient client) => this.client = client;

    /// <summary>Opens a case.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public Task<string> OpenCaseAsync(CancellationToken cancellationToken) => IdAsync("/v1/support/cases", new { }, cancellationToken);

    /// <summary>Sends a message.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="text">At most 4,096 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The message's id.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public Task<string> SendAsync(string caseId, string text, CancellationToken cancellationToken) =>
        IdAsync($"/v1/support/cases/{caseId}/messages", new { text }, cancellationToken);

    /// <summary>Gets the consent text that a share refers to.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its version and words.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<JsonElement> ConsentTextAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await client.CallControlAsync(
            HttpMethod.Get,
            "/v1/support/consent-text",
            null,
            cancellationToken
        );
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    /// <summary>Gives the consent to share one document with support.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="consent">The consent: <c>shareDocument</c>, <c>consentTextVersion</c>, <c>purpose</c>, <c>expiresAt</c> …</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The share's id.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public Task<string> ShareAsync(string caseId, object consent, CancellationToken cancellationToken) =>
        IdAsync($"/v1/support/cases/{caseId}/shares", consent, cancellationToken);

    /// <summary>Sends the document of a share.</summary>
    /// <param name="shareId">The share.</param>
    /// <param name="mediaType">What the document is.</param>
    /// <param name="document">The document, 10 MiB at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it is stored.</returns>
    /// <exception cref="ProblemException">Refused; without an open consent before anything is read.</exception>
    public async Task UploadAsync(string shareId, string mediaType, Stream document, CancellationToken cancellationToken)
    {
        using StreamContent body = new(document);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using HttpResponseMessage answer = await client.CallControlAsync(
            HttpMethod.Put,
            $"/v1/support/shares/{shareId}/document",
            body,
            cancellationToken
        );
    }

    /// <summary>Reads a shared document back.</summary>
    /// <param name="shareId">The share.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The document.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<byte[]> ReadAsync(string shareId, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await client.CallControlAsync(
            HttpMethod.Get,
            $"/v1/support/shares/{shareId}/document",
            null,
            cancellationToken
        );
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Withdraws a share: its key is destroyed, its document is gone.</summary>
    /// <param name="shareId">The share.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public Task WithdrawAsync(string shareId, CancellationToken cancellationToken) =>
        DeleteAsync($"/v1/support/shares/{shareId}", cancellationToken);

    /// <summary>Closes a case: its keys and those of its shares are destroyed.</summary>
    /// <param name="caseId">The case.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it is closed.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public Task CloseAsync(string caseId, CancellationToken cancellationToken) =>
        DeleteAsync($"/v1/support/cases/{caseId}", cancellationToken);

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await client.CallControlAsync(HttpMethod.Delete, path, null, cancellationToken);
    }

    private async Task<string> IdAsync(string path, object body, CancellationToken cancellationToken)
    {
        using JsonContent json = JsonContent.Create(body);
        using HttpResponseMessage answer = await client.CallControlAsync(HttpMethod.Post, path, json, cancellationToken);
        JsonElement created = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return created.GetProperty("id").GetString() ?? throw ProblemException.Of("answer_invalid", "Control answered no id.");
    }
}
