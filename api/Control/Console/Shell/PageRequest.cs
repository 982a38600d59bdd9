using Lethe.Control.Identity;
using Lethe.Control.Identity.Accounts;
using Lethe.Control.Wording;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Lethe.Control.Console.Shell;

/// <summary>The request of a page: who is signed in, in which language, and what a form sent, already proved to be ours.</summary>
/// <param name="context">The request.</param>
/// <param name="texts">The language.</param>
/// <param name="account">Who is signed in; null for nobody.</param>
/// <param name="isRecent">Whether the sign-in is recent enough for what is sensitive.</param>
/// <param name="form">What a form sent; null for a GET.</param>
internal sealed class PageRequest(HttpContext context, Texts texts, Account? account, bool isRecent, IFormCollection? form)
{
    /// <summary>Gets the request.</summary>
    public HttpContext Context => context;

    /// <summary>Gets the language.</summary>
    public Texts Texts => texts;

    /// <summary>Gets who is signed in; null for nobody.</summary>
    public Account? Account => account;

    /// <summary>Gets a value indicating whether the sign-in is recent enough for what is sensitive.</summary>
    public bool IsRecent => isRecent;

    /// <summary>Gets the network that asks, for the limits.</summary>
    public string Network => AttemptLimits.NetworkOf(context.Connection.RemoteIpAddress);

    /// <summary>Gets a local path to go on to, from the query or the form.</summary>
    public string? Return => ReturnPath.Read(Field(AccountPaths.ReturnUrl) ?? context.Request.Query[AccountPaths.ReturnUrl]);

    /// <summary>Gets a field of the form.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its first value; null when it is missing or empty.</returns>
    public string? Field(string name) => form is not null && form[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>Binds a handler's parameter.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The page's request.</returns>
    public static ValueTask<PageRequest> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<PageRequest>() ?? throw new InvalidOperationException("The route is no page."));

    /// <summary>Shows a page.</summary>
    /// <typeparam name="TPage">The page.</typeparam>
    /// <param name="view">What it shows.</param>
    /// <param name="status">The status; 200 for everything a person can cause, because Office replaces others by an error of its own.</param>
    /// <returns>The page.</returns>
    public RazorComponentResult<TPage> Page<TPage>(object? view = null, int status = StatusCodes.Status200OK)
        where TPage : IComponent
    {
        Dictionary<string, object?> parameters = new(StringComparer.Ordinal) { ["Frame"] = Frame() };
        if (view is not null)
        {
            parameters["View"] = view;
        }
        return new(parameters) { StatusCode = status, PreventStreamingRendering = true };
    }

    private PageFrame Frame()
    {
        AntiforgeryTokenSet proof = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        return new(texts, PathOf(context), KeptQuery.Of(context.Request), proof.FormFieldName, proof.RequestToken!, account is not null);
    }

    // The route's own text, never what was asked for: of a page that is not there, any other that is not there is the same.
    private static string PathOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint route
            ? RoleMatrix.PatternOf(route).Replace("{**path}", "-", StringComparison.Ordinal)
            : AccountPaths.Account;
}
