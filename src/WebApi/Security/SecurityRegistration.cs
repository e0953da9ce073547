using System.Security.Claims;
using GourmetGram.Application.Access;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Access;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Security;

internal static class SecurityRegistration
{
    private static readonly TimeSpan VisitorLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan StampLifetime = TimeSpan.FromSeconds(5);

    /// <summary>Longest time between the password and the code.</summary>
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Registers authentication and authorization.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        // The keys that sign cookies are stored in the database, so that they survive a restart and all nodes share them.
        services.AddDataProtection().SetApplicationName("GourmetGram").PersistKeysToDbContext<GourmetGramDbContext>();

        services
            .AddAuthentication(Schemes.Caller)
            .AddScheme<AuthenticationSchemeOptions, CallerHandler>(Schemes.Caller, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Schemes.ApiKey, configureOptions: null)
            .AddCookie(Schemes.Visitor, cookie =>
            {
                cookie.Cookie.Name = "gourmetgram.visitor";
                cookie.ExpireTimeSpan = VisitorLifetime;
                cookie.SlidingExpiration = true;
            })
            .AddCookie(IdentityConstants.ApplicationScheme, cookie =>
            {
                cookie.Cookie.Name = "gourmetgram.account";
                cookie.SlidingExpiration = true;
                cookie.EventsType = typeof(SessionEvents);
            });
        services.AddScoped<SessionEvents>();
        services.AddSingleton<SessionWatch>();
        services.AddScoped<KnownBrowser>();
        services.AddScoped<AppCodes>();
        services.AddScoped<RememberedBrowser>();
        services.AddScoped<ProvenSignIn>();
        services.AddScoped<ISignIn, PasswordSignIn>();
        services.AddScoped<IOwnAccount, OwnAccount>();
        services.AddScoped<IOwnDisplay, OwnDisplay>();
        services.AddSingleton<ILinkMail, LinkMail>();
        services
            .AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<IOptions<AccountSessionOptions>>(
                (cookie, sessions) => cookie.ExpireTimeSpan = TimeSpan.FromDays(sessions.Value.IdleDays)
            );
        // Each session's account is looked up again after this interval. A disabled account, a new password or a new role thus takes effect
        // on every node.
        services.Configure<SecurityStampValidatorOptions>(stamp =>
        {
            stamp.ValidationInterval = StampLifetime;
            stamp.OnRefreshingPrincipal = refreshing =>
            {
                if (refreshing.CurrentPrincipal?.SessionId() is { } session)
                    refreshing.NewPrincipal?.SetSessionId(session);
                if (refreshing.CurrentPrincipal is { } current && refreshing.NewPrincipal?.Identity is ClaimsIdentity identity)
                    identity.AddClaims(RequiredSecondFactor.ProofOf(current));
                return Task.CompletedTask;
            };
        });
        // SignInManager and SecurityStampValidator also sign out of these schemes, so they must exist.
        services
            .AddAuthentication()
            .AddCookie(IdentityConstants.ExternalScheme)
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, cookie => cookie.ExpireTimeSpan = CodeLifetime)
            .AddCookie(IdentityConstants.TwoFactorRememberMeScheme);

        services.AddAccounts().AddClaimsPrincipalFactory<AccountClaims>().AddSignInManager();
        services.AddPasskeys();
        services.AddAuthorities();
        services.AddScoped<IVisitorCookie, VisitorCookie>();
        services.AddSingleton<AccountLinks>();
        services.AddSingleton<IAccountLinks>(provider => provider.GetRequiredService<AccountLinks>());

        services
            .AddAuthorizationBuilder()
            .AddPolicy(Policies.Visitor, policy => policy.RequireAssertion(_ => true))
            .AddPolicy(Policies.Annotator, policy => policy.RequireRole(Roles.Annotator, Roles.Manager, Roles.Admin))
            .AddPolicy(Policies.Manager, policy => policy.RequireRole(Roles.Manager, Roles.Admin))
            .AddPolicy(Policies.Admin, policy => policy.RequireRole(Roles.Admin))
            // A route without a policy is closed, in case a developer forgot it. Requests without a route are let through: they get
            // 404, or routing's own answer about a wrong method or content type.
            .SetFallbackPolicy(
                new AuthorizationPolicyBuilder()
                    .RequireAssertion(context => context.Resource is HttpContext request && request.GetEndpoint() is not RouteEndpoint)
                    .Build()
            );
        services.AddSingleton<IConfigureOptions<AuthorizationOptions>>(provider =>
        {
            var access = provider.GetRequiredService<IOptions<MetricsOptions>>().Value.Access;
            return new ConfigureOptions<AuthorizationOptions>(options =>
                options.AddPolicy(Policies.Metrics, policy =>
                    policy.RequireAssertion(context => access == MetricsAccess.Public || context.User.IsInRole(Roles.Admin))
                )
            );
        });
        return services;
    }

    /// <summary>Registers passkeys, which work at the public address only.</summary>
    private static void AddPasskeys(this IServiceCollection services)
    {
        services.AddScoped<Passkeys>();
        services.AddScoped<IPasskeyHandler<IdentityUser<Guid>>, PasskeyHandler<IdentityUser<Guid>>>();
        services
            .AddOptions<IdentityPasskeyOptions>()
            .Configure<IOptions<GourmetGramOptions>>(
                (passkeys, settings) =>
                {
                    // A passkey counts as two factors only if the device has verified its person.
                    passkeys.UserVerificationRequirement = "required";
                    passkeys.ResidentKeyRequirement = "required";
                    var publicUrl = settings.Value.PublicUrl is { Length: > 0 } text ? new Uri(text) : null;
                    passkeys.ServerDomain = publicUrl?.Host;
                    passkeys.ValidateOrigin = context =>
                    {
                        var request = context.HttpContext.Request;
                        var own = publicUrl?.GetLeftPart(UriPartial.Authority) ?? $"{request.Scheme}://{request.Host}";
                        return ValueTask.FromResult(
                            !context.CrossOrigin && string.Equals(context.Origin, own, StringComparison.OrdinalIgnoreCase)
                        );
                    };
                }
            );
    }

    /// <summary>Registers the accounts of people, also for commands that run without the server.</summary>
    public static IdentityBuilder AddAccounts(this IServiceCollection services)
    {
        // OWASP's password storage cheat sheet for PBKDF2 with HMAC-SHA512, 2025.
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 220_000);
        services.AddSingleton<Accounts>();
        services.AddSingleton<IAccounts>(provider => provider.GetRequiredService<Accounts>());
        return services
            .AddIdentityCore<IdentityUser<Guid>>(identity =>
            {
                // Length over composition rules: NIST SP 800-63B, 3.1.1.2.
                identity.Password.RequiredLength = 12;
                identity.Password.RequireDigit = false;
                identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = false;
                identity.Password.RequireNonAlphanumeric = false;
                // Accounts validates names itself.
                identity.User.AllowedUserNameCharacters = "";
            })
            .AddPasswordValidator<CommonPasswords>()
            .AddTokenProvider<AuthenticatorTokenProvider<IdentityUser<Guid>>>(TokenOptions.DefaultAuthenticatorProvider)
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<GourmetGramDbContext>();
    }

    /// <summary>Rejects requests whose API key is unknown, so that they are never served under another identity.</summary>
    public static IApplicationBuilder UseKnownKeys(this IApplicationBuilder app) =>
        app.Use(
            static async (context, next) =>
            {
                if (context.Request.Headers.Authorization.Count > 0 && context.User.Identity is not { IsAuthenticated: true })
                    await context.ChallengeAsync(Schemes.ApiKey);
                else
                    await next(context);
            }
        );
}
