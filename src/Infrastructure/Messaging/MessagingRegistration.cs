using GourmetGram.Application.Access;
using GourmetGram.Application.Monitoring;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Messaging;

public static class MessagingRegistration
{
    /// <summary>
    /// Registers the channels that tell people about alerts, and e-mails to single people, with their settings. A channel without a
    /// receiver sends nothing.
    /// </summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddSettings<AlertOptions>();
        services.AddSingleton<IValidateOptions<AlertOptions>, AlertOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<SmtpSender>();
        services.AddSingleton<IMailer, Mailer>();
        services.AddSingleton<IMessageChannel, WebhookChannel>();
        services.AddSingleton<IMessageChannel, EmailChannel>();
        return services;
    }
}
