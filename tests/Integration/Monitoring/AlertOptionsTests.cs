using GourmetGram.Application.Monitoring;
using GourmetGram.Infrastructure.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class AlertOptionsTests
{
    // 24 bytes in Base64.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void Good_settings_are_taken()
    {
        Read();
        Read(("WebhookUrl", "https://hooks.example.org/food?team=1"), ("WebhookSecret", Secret));
        Read(("EmailTo", "a@example.org, Bea <b@example.org>"), ("EmailFrom", "c@example.org"), ("SmtpHost", "mail"));
    }

    [Theory]
    [InlineData("Alerts:WebhookUrl must be an address", "WebhookUrl", "hooks.example.org", "WebhookSecret", Secret)]
    [InlineData("Alerts:WebhookSecret is empty", "WebhookUrl", "https://hooks.example.org")]
    [InlineData("Alerts:WebhookSecret must be whsec_", "WebhookUrl", "https://a.example", "WebhookSecret", "topsecret")]
    [InlineData("Alerts:WebhookSecret must be whsec_", "WebhookUrl", "https://a.example", "WebhookSecret", "whsec_topsecret+")]
    [InlineData("Alerts:EmailTo must be", "EmailTo", "nobody", "EmailFrom", "a@example.org", "SmtpHost", "mail")]
    [InlineData("Alerts:EmailFrom is empty", "EmailTo", "a@example.org", "SmtpHost", "mail")]
    [InlineData("Alerts:EmailFrom must be", "EmailTo", "a@example.org", "EmailFrom", "me", "SmtpHost", "mail")]
    [InlineData("Alerts:SmtpHost is empty", "EmailTo", "a@example.org", "EmailFrom", "b@example.org")]
    [InlineData("Alerts:SmtpUser and Alerts:SmtpPassword belong together", "SmtpPassword", "topsecret")]
    public void Bad_settings_are_named_without_the_secret(string expected, params string[] settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var exception = Assert.Throws<OptionsValidationException>(() => Read([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]));
        Assert.StartsWith(expected, Assert.Single(exception.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", exception.ToString(), StringComparison.Ordinal);
    }

    private static void Read(params (string Name, string Value)[] settings)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Alerts:{pair.Name}", (string?)pair.Value)))
                    .Build()
            )
            .AddMessaging()
            .BuildServiceProvider();
        Assert.NotNull(services.GetRequiredService<IOptions<AlertOptions>>().Value);
    }
}
