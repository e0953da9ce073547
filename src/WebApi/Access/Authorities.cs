using GourmetGram.Infrastructure.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace GourmetGram.WebApi.Access;

/// <summary>The servers with whose accounts people can sign in, each an authentication scheme of its own.</summary>
internal sealed class Authorities(IOptions<AuthoritiesOptions> options)
{
    private const string SchemePrefix = "Authority.";

    public IReadOnlyList<AuthorityOptions> All => options.Value.Authorities;

    public static string SchemeOf(AuthorityOptions authority) => SchemePrefix + authority.Id;

    /// <summary>Returns the path, without a leading slash, to which an authority sends people back.</summary>
    public static string ReturnPathOf(AuthorityOptions authority) => $"sign-in/from/{authority.Id}";

    public AuthorityOptions? Find(string id) => All.FirstOrDefault(authority => authority.Id == id);

    public AuthorityOptions? WithScheme(string? scheme) => All.FirstOrDefault(authority => SchemeOf(authority) == scheme);
}

internal static class AuthorityRegistration
{
    /// <summary>
    /// Registers a scheme for each authority that the settings name. The configuration of an authority is read at the first sign-in.
    /// </summary>
    public static IServiceCollection AddAuthorities(this IServiceCollection services)
    {
        services.AddSingleton<Authorities>();
        services.AddSingleton<AuthorityEvents>();
        services.AddScoped<AuthoritySignIn>();
        services.AddTransient<OpenIdConnectHandler>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>()
        );
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, AuthoritySetup>();
        services
            .AddOptions<AuthenticationOptions>()
            .Configure<Authorities>(
                (authentication, authorities) =>
                {
                    foreach (var authority in authorities.All)
                        authentication.AddScheme(Authorities.SchemeOf(authority), scheme =>
                            scheme.HandlerType = typeof(OpenIdConnectHandler)
                        );
                }
            );
        return services;
    }

    /// <summary>Sets up the scheme of an authority.</summary>
    private sealed class AuthoritySetup(Authorities authorities, TimeProvider time) : IConfigureNamedOptions<OpenIdConnectOptions>
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

        private const int LongestAnswer = 10 << 20;

        public void Configure(OpenIdConnectOptions options) => Configure(Options.DefaultName, options);

        public void Configure(string? name, OpenIdConnectOptions options)
        {
            if (authorities.WithScheme(name) is not { } authority)
                return;
            options.TimeProvider = time;
            options.EventsType = typeof(AuthorityEvents);
            // AuthorityEvents signs people in itself, so that nothing of the authority's answer is stored in a cookie.
            options.SignInScheme = IdentityConstants.ExternalScheme;
            options.Authority = authority.Authority;
            options.RequireHttpsMetadata = new Uri(authority.Authority!).Scheme == Uri.UriSchemeHttps;
            options.ClientId = authority.ClientId;
            options.ClientSecret = string.IsNullOrEmpty(authority.ClientSecret) ? null : authority.ClientSecret;
            options.Scope.Clear();
            foreach (var scope in authority.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                options.Scope.Add(scope);
            options.ResponseType = OpenIdConnectResponseType.Code;
            options.UsePkce = true;
            // The answer comes as a visit by link, which brings cookies with SameSite=Lax along. A form from another site does not.
            options.ResponseMode = OpenIdConnectResponseMode.Query;
            foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
            {
                cookie.SameSite = SameSiteMode.Lax;
                cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            }

            options.CallbackPath = "/" + Authorities.ReturnPathOf(authority);
            // People sign out here only; the authority's own session is its business.
            options.RemoteSignOutPath = PathString.Empty;
            options.SignedOutCallbackPath = PathString.Empty;
            options.DisableTelemetry = true;
            options.MapInboundClaims = false;
            options.GetClaimsFromUserInfoEndpoint = true;
            options.ClaimActions.Clear();
            foreach (var claim in new[] { authority.NameClaim, authority.RoleClaim }.Where(claim => !string.IsNullOrEmpty(claim)))
                options.ClaimActions.MapJsonKey(claim!, claim!);
            options.Backchannel = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(static () => Patience, time));
            options.Backchannel.MaxResponseContentBufferSize = LongestAnswer;
        }
    }
}
