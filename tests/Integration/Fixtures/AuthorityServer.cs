using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// An OpenID Connect provider (OpenIddict) on a port of its own, in which one person is signed in. It asks no questions: who opens its
/// authorization page goes back with a code at once.
/// </summary>
internal sealed class AuthorityServer : IAsyncDisposable
{
    public const string ClientId = "gourmetgram";
    public const string ClientSecret = "a secret between the two servers";

    private readonly WebApplication app;

    private AuthorityServer(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder
            .Services.AddOpenIddict()
            .AddServer(server =>
            {
                // Without a database: the handlers below know the only client.
                server.EnableDegradedMode();
                server
                    .SetAuthorizationEndpointUris("connect/authorize")
                    .SetTokenEndpointUris("connect/token")
                    .SetUserInfoEndpointUris("connect/userinfo");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.RegisterScopes(Scopes.Profile);
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
                server.UseAspNetCore().DisableTransportSecurityRequirement();
                server.AddEventHandler<ValidateAuthorizationRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (context.ClientId != ClientId)
                            context.Reject(Errors.InvalidClient);
                        return default;
                    })
                );
                server.AddEventHandler<ValidateTokenRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
                            context.Reject(Errors.InvalidClient);
                        return default;
                    })
                );
                server.AddEventHandler<HandleAuthorizationRequestContext>(handler =>
                    handler.UseInlineHandler(context =>
                    {
                        if (Denies)
                            context.Reject(Errors.AccessDenied, "The person clicked on Cancel.");
                        else
                            context.Principal = SignedIn();
                        return default;
                    })
                );
            });
        app = builder.Build();
        app.UseAuthentication();
    }

    public Uri Address => new(app.Urls.Single());

    /// <summary>What identifies the person who is signed in.</summary>
    public string Subject { get; set; } = "8f2c";

    /// <summary>The claim <c>preferred_username</c>.</summary>
    public string Name { get; set; } = "grace";

    /// <summary>The claim <c>groups</c>.</summary>
    public IReadOnlyList<string> Groups { get; set; } = [];

    /// <summary>Whether the person gave a second factor.</summary>
    public bool HasSecondFactor { get; set; }

    /// <summary>Whether the person refuses to go back signed in.</summary>
    public bool Denies { get; set; }

    public static async Task<AuthorityServer> StartAsync(string url = "http://127.0.0.1:0")
    {
        var server = new AuthorityServer(url);
        await server.app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>What a server needs to know to use this provider, under the id <c>harbour</c>.</summary>
    public IEnumerable<(string Name, string Value)> Settings(params (string Name, string Value)[] more) => SettingsFor(Address, more);

    public static IEnumerable<(string Name, string Value)> SettingsFor(Uri address, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Id"] = "harbour",
            ["Name"] = "Harbour Catering",
            ["Authority"] = address.ToString(),
            ["ClientId"] = ClientId,
        };
        foreach (var (name, value) in more)
            settings[name] = value;
        if (!settings.ContainsKey("ClientSecretFile"))
            settings["ClientSecret"] = ClientSecret;
        return settings.Select(setting => ($"OpenIdConnect__Authorities__0__{setting.Key}", setting.Value));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private ClaimsPrincipal SignedIn()
    {
        var identity = new ClaimsIdentity("test", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, Subject).SetClaim(Claims.PreferredUsername, Name);
        identity.SetClaims("groups", [.. Groups]);
        if (HasSecondFactor)
            identity.AddClaim(new Claim("amr", "mfa"));
        identity.SetScopes(Scopes.OpenId, Scopes.Profile);
        identity.SetDestinations(_ => [Destinations.IdentityToken, Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }
}
