using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebUi;
using GourmetGram.WebUi.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Security;

internal static class SecurityRegistration
{
    private static readonly TimeSpan VisitorLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan AccountLifetime = TimeSpan.FromDays(14);

    /// <summary>Who is calling, and who may do what.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        // Keys that sign cookies live in the database: they survive a restart, and every node has the same.
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
                cookie.ExpireTimeSpan = AccountLifetime;
                cookie.SlidingExpiration = true;
                // Looks the account up again every half hour, so that a changed password or role takes effect.
                cookie.Events.OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync;
            });
        // SignInManager signs these two out as well.
        services.AddAuthentication().AddCookie(IdentityConstants.ExternalScheme).AddCookie(IdentityConstants.TwoFactorUserIdScheme);

        services
            .AddIdentityCore<IdentityUser<Guid>>(identity =>
            {
                // Length over composition rules: NIST SP 800-63B, 3.1.1.2.
                identity.Password.RequiredLength = 12;
                identity.Password.RequireDigit = false;
                identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = false;
                identity.Password.RequireNonAlphanumeric = false;
                identity.User.AllowedUserNameCharacters = "";
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<GourmetGramDbContext>()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddSignInManager();
        services.AddSingleton<FirstAdministrator>();
        services.AddSingleton<IFirstAdministrator>(provider => provider.GetRequiredService<FirstAdministrator>());

        services
            .AddAuthorizationBuilder()
            .AddPolicy(Policies.Visitor, policy => policy.RequireAssertion(_ => true))
            .AddPolicy(Policies.Annotator, policy => policy.RequireRole(Roles.Annotator, Roles.Admin))
            .AddPolicy(Policies.Admin, policy => policy.RequireRole(Roles.Admin))
            // A route that somebody forgot to name a policy for is closed; an address without a route is simply not found.
            .SetFallbackPolicy(
                new AuthorizationPolicyBuilder()
                    .RequireAssertion(context => context.Resource is HttpContext request && request.GetEndpoint() is null)
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

    /// <summary>A request that names a key must be known by it: it is never served as somebody else.</summary>
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
