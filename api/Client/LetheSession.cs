using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Lethe.Client;

/// <summary>One open session at a Gateway. It remembers the highest revision it has seen and refuses an answer from before it.</summary>
public sealed class LetheSession
{
    private readonly HttpClient content;
    private readonly Cell cell;
    private readonly Func<Task> moved;
    private long revision;

    internal LetheSession(HttpClient content, Cell cell, SessionOpened opened, Func<Task> moved) =>
        (this.content, this.cell, Opened, this.moved) = (content, cell, opened, moved);

    /// <summary>Gets the session as it was opened.</summary>
    public SessionOpened Opened { get; }

    /// <summary>Gets the Gateway's base URL.</summary>
    public Uri GatewayUrl => cell.GatewayUrl;

    /// <summary>Makes a fresh document id: 128 random bits.</summary>
    /// <returns>32 lower-case hex digits.</returns>
    public static string NewDocumentId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Uploads a document, or a new version of it. Its name is not sent.</summary>
    /// <param name="documentId">Its id.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was read of it.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<DocumentUploaded> UploadAsync(string documentId, string mediaType, Stream file, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent parts = new();
        using StringContent key = new(Opened.ContentKey);
        key.Headers.ContentType = null;
        parts.Add(key, "key");
        using StreamContent body = new(file);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        parts.Add(body, "file");
        using HttpResponseMessage answer = await SendAsync(
            HttpMethod.Put,
            $"/v1/session/documents/{documentId}",
            parts,
            null,
            cancellationToken
        );
        DocumentUploaded uploaded = await Answers.ReadAsync<DocumentUploaded>(answer, cancellationToken);
        Advance(uploaded.Revision);
        return uploaded;
    }

    /// <summary>Removes a document.</summary>
    /// <param name="documentId">Its id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When it is removed.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task RemoveAsync(string documentId, CancellationToken cancellationToken)
    {
        using JsonContent body = JsonContent.Create(new { key = Opened.ContentKey });
        using HttpResponseMessage answer = await SendAsync(
            HttpMethod.Delete,
            $"/v1/session/documents/{documentId}",
            body,
            null,
            cancellationToken
        );
        JsonElement removed = await Answers.ReadAsync<JsonElement>(answer, cancellationToken);
        Advance(Answers.Number(removed, "revision"));
    }

    /// <summary>Runs a turn and gives its events as they come. Ends with <c>done</c>, or throws: a cut answer never looks whole.</summary>
    /// <param name="turn">What is asked.</param>
    /// <param name="cancellationToken">Stops the turn, also at the vendor.</param>
    /// <returns>The events.</returns>
    /// <exception cref="ProblemException">Refused, failed, or broken off (<c>stream_cut</c>).</exception>
    public async IAsyncEnumerable<TurnEvent> RunAsync(Turn turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await AskAsync(turn, "text/event-stream", cancellationToken);
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            throw ProblemException.Of("answer_invalid", "The answer is no event stream.");
        }
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (TurnEvent happened in TurnStream.ReadAsync(stream, cancellationToken))
        {
            if (happened.Name == "done")
            {
                Advance(Answers.Number(happened.Data, "revision"));
            }
            yield return happened;
        }
    }

    /// <summary>Runs a turn and gives its answer when it has ended, whole or with the ending that says why not.</summary>
    /// <param name="turn">What is asked.</param>
    /// <param name="cancellationToken">Stops the turn, also at the vendor.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ProblemException">Refused, failed, or broken off (<c>stream_cut</c>).</exception>
    public async Task<TurnAnswer> AnswerAsync(Turn turn, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await AskAsync(turn, "application/json", cancellationToken);
        TurnAnswer answered = await TurnStream.ReadWholeAsync(answer, cancellationToken);
        Advance(answered.Revision);
        return answered;
    }

    /// <summary>Asks for the session's state.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The state.</returns>
    /// <exception cref="ProblemException">Refused, or the session is gone.</exception>
    public async Task<SessionState> DescribeAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "/v1/session", null, null, cancellationToken);
        SessionState state = await Answers.ReadAsync<SessionState>(answer, cancellationToken);
        Advance(state.Revision);
        return state;
    }

    /// <summary>Asks what the session's policy class offers now.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Actions, languages, media types, models and limits.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task<Capabilities> CapabilitiesAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "/v1/capabilities", null, null, cancellationToken);
        return await Answers.ReadAsync<Capabilities>(answer, cancellationToken);
    }

    /// <summary>Stops the running turn and calls, wherever they run.</summary>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <returns>When they are told.</returns>
    /// <exception cref="ProblemException">Refused.</exception>
    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, "/v1/session/cancel", null, null, cancellationToken);
    }

    /// <summary>Forgets the session now.</summary>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <returns>What was dropped.</returns>
    /// <exception cref="ProblemException">Refused, or the session is gone already.</exception>
    public async Task<SessionForgotten> ForgetAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, "/v1/session", null, null, cancellationToken);
        return await Answers.ReadAsync<SessionForgotten>(answer, cancellationToken);
    }

    private async Task<HttpResponseMessage> AskAsync(Turn turn, string accept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turn);
        using JsonContent body = JsonContent.Create(
            new
            {
                key = Opened.ContentKey,
                turn.Action,
                turn.Instruction,
                turn.Documents,
                turn.Selection,
                turn.Language,
                turn.Model,
            },
            options: Answers.Json
        );
        return await SendAsync(HttpMethod.Post, "/v1/session/turns", body, accept, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? body,
        string? accept,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = LetheClient.NewRequest(method, new Uri(cell.GatewayUrl, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Opened.Credential);
        if (accept is not null)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        }
        request.Content = body;
        HttpResponseMessage answer = await content.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await ProblemException.ThrowIfRefusedAsync(answer, cancellationToken);
            return answer;
        }
        catch (Exception refused)
        {
            answer.Dispose();
            if (refused is ProblemException { Status: (int)HttpStatusCode.MisdirectedRequest })
            {
                await moved();
            }
            throw;
        }
    }

    private void Advance(long seen)
    {
        long before = Interlocked.Read(ref revision);
        if (seen < before)
        {
            throw ProblemException.Of("rolled_back", "The session was answered from an earlier state than one that was seen before.");
        }
        while (seen > before && Interlocked.CompareExchange(ref revision, seen, before) != before)
        {
            before = Interlocked.Read(ref revision);
        }
    }
}
