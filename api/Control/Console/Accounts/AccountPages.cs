using Lethe.Control.Console.Assets;
using Lethe.Control.Console.Shell;
using Lethe.Control.Identity.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Lethe.Control.Console.Accounts;

/// <summary>All pages of <c>/account</c>.</summary>
internal static class AccountPages
{
    /// <summary>Maps the pages, what they look like, and what their script asks.</summary>
    /// <param name="endpoints">The host.</param>
    public static void MapAccountPages(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPageAssets();
        endpoints.MapSignIn();
        endpoints.MapLinks();
        endpoints.MapDevices();
        endpoints.MapConfirmation();
        endpoints.MapMyAccount();
        endpoints.MapMyData();
        endpoints.MapGroup(AccountPaths.Account).AllowAnonymous().ExcludeFromDescription().MapPasskeys();
        RouteGroupBuilder open = endpoints.MapPages(AccountPaths.Account);
        open.MapGet("/deleted", (PageRequest page) => page.Page<MessagePage>(MessageView.Of("deleted", AccountPaths.SignIn)));
        open.MapGet("/{**path}", Missing);
    }

    private static RazorComponentResult<MessagePage> Missing(PageRequest page) =>
        page.Page<MessagePage>(MessageView.Of("missing", AccountPaths.Account), StatusCodes.Status404NotFound);
}
