using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Lethe.Client;

/// <summary>What the token endpoint answered.</summary>
/// <param name="AccessToken">For Control, about five minutes.</param>
/// <param name="RefreshToken">For new tokens, once; null when none was asked for.</param>
/// <param name="ExpiresIn">How long the access token is good, in seconds.</param>
public sealed record SignedIn(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn
)
{
    /// <inheritdoc/>
    public override string ToString() => nameof(SignedIn);
}

/// <summary>What to show to somebody who signs in by device code (RFC 8628).</summary>
/// <param name="Code">The secret to ask with.</param>
/// <param name="UserCode">To be typed.</param>
/// <param name="VerificationUri">Where.</param>
/// <param name="ExpiresIn">How long, in seconds.</param>
public sealed record DeviceSignIn(
    [property: JsonPropertyName("device_code")] string Code,
    [property: JsonPropertyName("user_code")] string UserCode,
    [property: JsonPropertyName("verification_uri")] Uri VerificationUri,
    [property: JsonPropertyName("expires_in")] int ExpiresIn
);

/// <summary>A sign-in by code that was begun: open <see cref="Address"/> in a browser.</summary>
/// <param name="Address">Where to send the browser.</param>
/// <param name="Verifier">The PKCE verifier (RFC 7636), kept here.</param>
/// <param name="State">What must come back with the code.</param>
public sealed record CodeRequest(Uri Address, string Verifier, string State);

/// <summary>A refusal of the token endpoint.</summary>
/// <param name="error">The <c>error</c> of RFC 6749.</param>
public sealed class OAuthException(string error) : Exception("Sign-in was refused.")
{
    /// <summary>Gets the <c>error</c>.</summary>
    public string Error => error;
}

/// <summary>Signs somebody in at Control: by code with PKCE S256, by device code, or with a refresh token.</summary>
/// <param name="http">The connection.</param>
/// <param name="control">Control's base URL.</param>
/// <param name="clientId">The <c>client_id</c>.</param>
/// <param name="scope">What is asked for.</param>
public sealed class OpenIdClient(HttpClient http, Uri control, string clientId, string scope = "offline_access tokens.issue support")
{
    private const int SecretBytes = 32;

    /// <summary>Begins a sign-in by code.</summary>
    /// <param name="redirectUri">Where the code is to be sent.</param>
    /// <returns>The request.</returns>
    public CodeRequest Begin(Uri redirectUri)
    {
        ArgumentNullException.ThrowIfNull(redirectUri);
        string verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        string state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        string challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        string query =
            $"response_type=code&client_id={Uri.EscapeDataString(clientId)}&redirect_uri={Uri.EscapeDataString(redirectUri.OriginalString)}"
            + $"&scope={Uri.EscapeDataString(scope)}&state={state}&code_challenge={challenge}&code_challenge_method=S256";
        return new(new Uri(control, "/connect/authorize?" + query), verifier, state);
    }

    /// <summary>Redeems a code.</summary>
    /// <param name="request">The request that was begun.</param>
    /// <param name="redirectUri">As it was there.</param>
    /// <param name="answer">Where the browser was sent to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="OAuthException">Refused.</exception>
    public Task<SignedIn> FinishAsync(CodeRequest request, Uri redirectUri, Uri answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(redirectUri);
        ArgumentNullException.ThrowIfNull(answer);
        Dictionary<string, string> values = answer
            .Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[^1]), StringComparer.Ordinal);
        if (values.GetValueOrDefault("state") != request.State || !values.TryGetValue("code", out string? code))
        {
            throw new OAuthException(values.GetValueOrDefault("error", "invalid_state"));
        }
        return AskAsync(
            [
                new("grant_type", "authorization_code"),
                new("code", code),
                new("redirect_uri", redirectUri.OriginalString),
                new("code_verifier", request.Verifier),
            ],
            cancellationToken
        );
    }

    /// <summary>Gets new tokens for a refresh token, which is used up.</summary>
    /// <param name="refreshToken">The refresh token.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="OAuthException">Refused: <c>invalid_grant</c> when the session has ended.</exception>
    public Task<SignedIn> RefreshAsync(string refreshToken, CancellationToken cancellationToken) =>
        AskAsync([new("grant_type", "refresh_token"), new("refresh_token", refreshToken)], cancellationToken);

    /// <summary>Begins a sign-in by device code.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What to show.</returns>
    public async Task<DeviceSignIn> BeginDeviceAsync(CancellationToken cancellationToken)
    {
        using FormUrlEncodedContent form = new([new("client_id", clientId), new("scope", scope)]);
        using HttpResponseMessage answer = await http.PostAsync(new Uri(control, "/connect/device"), form, cancellationToken);
        return await ReadAsync<DeviceSignIn>(answer, cancellationToken);
    }

    /// <summary>Asks once whether somebody has let the device in.</summary>
    /// <param name="device">The sign-in that was begun.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The tokens; null while nobody has decided.</returns>
    /// <exception cref="OAuthException">Refused, or too late.</exception>
    public async Task<SignedIn?> PollDeviceAsync(DeviceSignIn device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            return await AskAsync(
                [new("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), new("device_code", device.Code)],
                cancellationToken
            );
        }
        catch (OAuthException refused) when (refused.Error is "authorization_pending" or "slow_down")
        {
            return null;
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new OAuthException(await ErrorOfAsync(answer, cancellationToken));
        }
        return await answer.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new OAuthException("invalid_answer");
    }

    private static async Task<string> ErrorOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return "invalid_answer";
        }
        Refusal? refusal = await answer.Content.ReadFromJsonAsync<Refusal>(cancellationToken);
        return refusal?.Error ?? "invalid_answer";
    }

    private async Task<SignedIn> AskAsync(IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        using FormUrlEncodedContent form = new(fields.Append(new("client_id", clientId)));
        using HttpResponseMessage answer = await http.PostAsync(new Uri(control, "/connect/token"), form, cancellationToken);
        return await ReadAsync<SignedIn>(answer, cancellationToken);
    }

    private sealed record Refusal([property: JsonPropertyName("error")] string? Error);
}
