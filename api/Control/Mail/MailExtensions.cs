using Lethe.Control.Identity.Accounts.Mail;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Mail;

/// <summary>Adds mail to the host.</summary>
internal static class MailExtensions
{
    /// <summary>Adds the queue and the configured way out.</summary>
    /// <param name="services">The host's services.</param>
    public static void AddMail(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<MailOptions, MailOptionsValidator>().BindConfiguration("Mail");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MailOptions>, MailRules>());
        services.AddSingleton<MailComposer>().AddSingleton<MailQueue>();
        services.TryAddSingleton<IMailTransport>(provider =>
            provider.GetRequiredService<IOptions<MailOptions>>().Value.Provider == "smtp"
                ? ActivatorUtilities.CreateInstance<SmtpTransport>(provider)
                : ActivatorUtilities.CreateInstance<FolderTransport>(provider)
        );
        services.AddSingleton<IAccountMail, AccountMail>();
        services.AddHostedService<MailService>();
    }
}
