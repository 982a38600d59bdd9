using Lethe.Control.Identity.Accounts;
using Lethe.Control.Wording;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OpenIddict.Server;

namespace Lethe.Control.Console.Shell;

/// <summary>
/// Stands before every page: sets the headers, finds out who is signed in and in which language, lets no form through that
/// is not ours, and makes a page of whatever goes wrong.
/// </summary>
/// <param name="next">What follows.</param>
/// <param name="clock">The clock.</param>
/// <param name="accounts">How old a sign-in may be.</param>
/// <param name="antiforgery">Proves forms.</param>
/// <param name="logger">For what nobody foresaw.</param>
internal sealed partial class PageBoundary(
    RequestDelegate next,
    TimeProvider clock,
    IOptions<AccountsOptions> accounts,
    IAntiforgery antiforgery,
    ILogger<PageBoundary> logger
)
{
    /// <summary>Runs the request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>When it is answered.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        if ((context.GetEndpoint()?.Metadata.GetMetadata<PageMark>() ?? RefusedByOpenId(context)) is not { } mark)
        {
            await next(context);
            return;
        }
        PageHeaders.Set(context.Response.Headers, mark);
        PageRequest page = new(context, LanguageOf(context, null), null, isRecent: false, null);
        try
        {
            (Account? account, bool isRecent) = await SignedInAsync(context);
            Texts texts = LanguageOf(context, account);
            if (RefusedByOpenId(context) is not null)
            {
                await new PageRequest(context, texts, account, isRecent, null)
                    .Page<MessagePage>(MessageView.Of("request", AccountPaths.Account))
                    .ExecuteAsync(context);
                return;
            }
            page = new(context, texts, account, isRecent, null);
            IFormCollection? form = null;
            if (HttpMethods.IsPost(context.Request.Method))
            {
                form = await PageForm.ReadAsync(context.Request, context.RequestAborted);
                if (form is null || !await antiforgery.IsRequestValidAsync(context))
                {
                    await ExpiredAsync(page, mark);
                    return;
                }
            }
            page = new(context, texts, account, isRecent, form);
            if (mark.NeedsAccount && account is null)
            {
                context.Response.Redirect(SignInPath(context));
                return;
            }
            if (mark.RecentFor is { } start && !isRecent)
            {
                context.Response.Redirect(AccountPaths.Before(AccountPaths.Confirm, start));
                return;
            }
            context.Features.Set(page);
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            bool away = fault is OrleansException or TimeoutException;
            LogFault(fault.GetType().Name, fault.TargetSite?.DeclaringType?.Name);
            await FailedAsync(page, mark, away ? "away" : "fault", away ? 503 : 500);
        }
    }

    // What the OpenID Connect server refuses without knowing a client to send its answer to. A wrong device code is no such thing.
    private static PageMark? RefusedByOpenId(HttpContext context) =>
        context.GetOpenIddictServerResponse()?.Error is not null
        && context.GetOpenIddictServerEndpointType()
            is OpenIddictServerEndpointType.Authorization
                or OpenIddictServerEndpointType.EndSession
            ? new(IsInDialog: true)
            : null;

    private async Task<(Account? Account, bool IsRecent)> SignedInAsync(HttpContext context)
    {
        AuthenticateResult cookie = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (cookie is not { Succeeded: true, Principal: { } principal })
        {
            return (null, false);
        }
        context.User = principal; // ties the antiforgery token to the account
        UserManager<Account> users = context.RequestServices.GetRequiredService<UserManager<Account>>();
        return await users.GetUserAsync(principal) is { Status: AccountStatus.Active } account
            ? (account, clock.GetUtcNow() - cookie.Properties.IssuedUtc <= accounts.Value.RecentSignIn)
            : (null, false);
    }

    private static Texts LanguageOf(HttpContext context, Account? account)
    {
        string? chosen = LanguageCodes.Find(context.Request.Query["language"]);
        if (chosen is not null)
        {
            LanguageCookie.Set(context.Response, chosen);
        }
        return Texts.Of(
            chosen
                ?? LanguageCookie.Read(context.Request)
                ?? account?.Language
                ?? LanguageCodes.Choose(context.Request.Headers.AcceptLanguage)
        );
    }

    private static string SignInPath(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
            ? AccountPaths.Before(AccountPaths.SignIn, context.Request.Path + context.Request.QueryString)
            : AccountPaths.SignIn;

    private static Task ExpiredAsync(PageRequest page, PageMark mark) =>
        mark.IsScripted
            ? Problems.RequestInvalid.ExecuteAsync(page.Context)
            : page.Page<MessagePage>(MessageView.Of("expired", page.Context.Request.Path)).ExecuteAsync(page.Context);

    private static Task FailedAsync(PageRequest page, PageMark mark, string kind, int status) =>
        mark.IsScripted
            ? Problems.OfStatus(status).ExecuteAsync(page.Context)
            : page.Page<MessagePage>(MessageView.Of(kind, null), status).ExecuteAsync(page.Context);

    [LoggerMessage(EventIds.PageFailed, LogLevel.Error, "A page failed with {ExceptionType} in {DeclaringType}")]
    private partial void LogFault(string exceptionType, string? declaringType);
}
