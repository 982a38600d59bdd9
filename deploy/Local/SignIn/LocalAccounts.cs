using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Lethe.Client;
using Lethe.Local.State;

namespace Lethe.Local.SignIn;

/// <summary>
/// The seeded people's own side, as they would do it themselves: each takes the invitation from the local mail folder, chooses
/// a random password, which stays in a file that only its owner can read, and signs in with it by code and PKCE.
/// </summary>
internal sealed partial class LocalAccounts(LocalFolder folder)
{
    private const string ClientId = "lethe-local";
    private const string Scope = "offline_access tokens.issue support admin";
    private static readonly Uri Redirect = new("http://127.0.0.1/signed-in"); // nobody listens: the tool reads where it is sent

    /// <summary>Gets the folder of a cell's mails.</summary>
    /// <param name="region">The cell.</param>
    /// <returns>The folder.</returns>
    public string MailFolder(string region) => folder.Folder($"{region}/identity/mail");

    /// <summary>Accepts the invitations that wait in a cell's mail folder.</summary>
    /// <param name="region">The cell.</param>
    /// <param name="control">Its Control.</param>
    /// <param name="people">Whose.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>When each of the people has a password.</returns>
    public async Task AcceptAsync(string region, Uri control, IReadOnlyList<string> people, CancellationToken cancellationToken)
    {
        foreach (string email in people.Where(email => !File.Exists(folder.PathOf(AcceptedFile(region, email)))))
        {
            string code = await MailedAsync(region, email, "invitation", cancellationToken);
            using LocalBrowser browser = new(folder.PathOf("ca.pem"));
            (Uri address, string? html) = await browser.OpenAsync(new Uri(control, "/account/invitation"), cancellationToken);
            HtmlForm form = Require(address, html).Type("password", Password(region, email)).Type("text", code);
            await browser.SendAsync(form, cancellationToken);
            await SignInAsync(region, control, email, cancellationToken); // proves that it was accepted
            folder.Write(AcceptedFile(region, email), "accepted\n");
        }
    }

    /// <summary>Signs somebody in.</summary>
    /// <param name="region">The cell.</param>
    /// <param name="control">Its Control.</param>
    /// <param name="email">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="LocalStateException">Refused.</exception>
    public async Task<SignedIn> SignInAsync(string region, Uri control, string email, CancellationToken cancellationToken)
    {
        using LocalBrowser browser = new(folder.PathOf("ca.pem"));
        OpenIdClient client = new(browser.Http, control, ClientId, Scope);
        CodeRequest request = client.Begin(Redirect);
        (Uri address, string? html) = await browser.OpenAsync(request.Address, cancellationToken);
        HtmlForm form = Require(address, html).Type("email", email).Type("password", Password(region, email));
        (address, html) = await browser.SendAsync(form, cancellationToken);
        return html is null
            ? await client.FinishAsync(request, Redirect, address, cancellationToken)
            : throw new LocalStateException($"{email} could not sign in: delete the state folder, it holds local demo data only.");
    }

    /// <summary>Makes what gives an access token whenever one is needed: the same one while it is good.</summary>
    /// <param name="region">The cell.</param>
    /// <param name="control">Its Control.</param>
    /// <param name="email">Who.</param>
    /// <param name="clock">The clock.</param>
    /// <returns>The function.</returns>
    public Func<CancellationToken, Task<string>> AccessTokens(string region, Uri control, string email, TimeProvider clock)
    {
        SignedIn? tokens = null;
        DateTimeOffset renewAt = default;
        return async cancellationToken =>
        {
            if (tokens is null || clock.GetUtcNow() >= renewAt)
            {
                tokens = await SignInAsync(region, control, email, cancellationToken);
                renewAt = clock.GetUtcNow().AddSeconds(tokens.ExpiresIn * 0.8);
            }
            return tokens.AccessToken;
        };
    }

    /// <summary>Gets somebody's password: random, made once.</summary>
    /// <param name="region">The cell.</param>
    /// <param name="email">Who.</param>
    /// <returns>The password.</returns>
    public string Password(string region, string email) =>
        File.ReadAllText(
            folder.Once(
                $"{region}/identity/people/{email}.password",
                () => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24))
            )
        );

    /// <summary>Waits for the newest mail to somebody that leads to a page, and takes its code.</summary>
    /// <param name="region">The cell.</param>
    /// <param name="email">Whose.</param>
    /// <param name="page">The page: <c>invitation</c>, <c>reset</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The code.</returns>
    /// <exception cref="LocalStateException">None came.</exception>
    public async Task<string> MailedAsync(string region, string email, string page, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            foreach (string file in Directory.EnumerateFiles(MailFolder(region), "*.eml").OrderDescending(StringComparer.Ordinal))
            {
                string mail = (await File.ReadAllTextAsync(file, cancellationToken)).Replace(
                    "=\r\n",
                    string.Empty,
                    StringComparison.Ordinal
                );
                if (
                    mail.Contains($"To: {email}", StringComparison.Ordinal)
                    && Code().Matches(mail).FirstOrDefault(link => link.Groups["page"].Value == page) is { } found
                )
                {
                    return found.Groups["code"].Value;
                }
            }
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new LocalStateException($"No {page} for {email} in {MailFolder(region)}: delete the state folder and start again.");
            }
        }
    }

    private static string AcceptedFile(string region, string email) => $"{region}/identity/people/{email}.accepted";

    private static HtmlForm Require(Uri address, string? html) =>
        HtmlForm.Read(address, html ?? string.Empty) ?? throw new LocalStateException("Control shows no form where one was expected.");

    [GeneratedRegex("/account/(?<page>[a-z]+)#(?<code>[A-Za-z0-9_-]{43})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
