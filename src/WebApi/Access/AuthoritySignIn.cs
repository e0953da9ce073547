using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.Security;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Decides what an authority's word about a person is worth here. A person is found by the authority's issuer and subject, never by a name
/// or an e-mail address, which another person could have there.
/// </summary>
internal sealed class AuthoritySignIn(
    IHttpContextAccessor accessor,
    IMediator mediator,
    Accounts accounts,
    ProvenSignIn proven,
    UserManager<IdentityUser<Guid>> users,
    IDataProtectionProvider protection,
    ICallerAddress callerAddress,
    TimeProvider time,
    ILogger<AuthoritySignIn> logger
)
{
    /// <summary>Item of the properties with the one-time link that the person opened.</summary>
    private const string LinkItem = "account-link";

    /// <summary>Item of the properties with the account to connect.</summary>
    private const string AccountItem = "account";

    private static readonly TimeSpan TicketLifetime = TimeSpan.FromMinutes(15);

    private readonly ITimeLimitedDataProtector tickets = protection
        .CreateProtector("GourmetGram.ConnectAuthority")
        .ToTimeLimitedDataProtector();

    private HttpContext Http => accessor.HttpContext!;

    private string Root => $"{Http.Request.PathBase.ToUriComponent()}/";

    /// <summary>
    /// Returns a ticket with which a signed-in person connects an account of an authority. Only pages of this person show it, so that
    /// another site cannot connect the account of a stranger.
    /// </summary>
    public string TicketFor(Guid account, Guid session) => tickets.Protect($"{account:N} {session:N}", TicketLifetime);

    /// <summary>Returns what the state carries to the authority and back.</summary>
    /// <param name="returnUrl">Path to open after signing in; addresses outside this site are ignored.</param>
    /// <param name="link">Token of a one-time link that the person opened; null without one.</param>
    /// <param name="ticket">From <see cref="TicketFor"/>; null without one.</param>
    /// <returns>Null when the ticket is not for the person who is signed in.</returns>
    public AuthenticationProperties? Begin(string? returnUrl, string? link, string? ticket)
    {
        var properties = new AuthenticationProperties { RedirectUri = LocalPaths.IsLocalPath(returnUrl) ? returnUrl : Root };
        if (link is not null)
            properties.Items[LinkItem] = link;
        if (ticket is null)
            return properties;
        if (Http.User.AccountId() is not { } account || !IsFor(ticket, account, Http.User.SessionId()))
            return null;
        properties.Items[AccountItem] = account.ToString("N");
        return properties;
    }

    /// <summary>Returns the path of the page that says what went wrong.</summary>
    public string AddressOf(SignInProblem problem, AuthorityOptions authority, AuthenticationProperties? properties)
    {
        var page = properties?.Items.ContainsKey(AccountItem) == true ? "account" : "sign-in";
        return $"{Root}{page}?problem={problem}&authority={authority.Id}";
    }

    /// <summary>Signs the person in, or connects the person's account.</summary>
    /// <param name="authority">The authority.</param>
    /// <param name="principal">What the authority says about the person.</param>
    /// <param name="properties">From <see cref="Begin"/>.</param>
    /// <param name="returnUrl">Path to open after signing in.</param>
    /// <param name="cancellationToken">Cancels the work when the request ends.</param>
    /// <returns>Path of the next page.</returns>
    public async Task<string> CompleteAsync(
        AuthorityOptions authority,
        ClaimsPrincipal principal,
        AuthenticationProperties properties,
        string? returnUrl,
        CancellationToken cancellationToken
    )
    {
        var login = LoginOf(authority, principal);
        SignInProblem? problem;
        if (properties.Items.TryGetValue(AccountItem, out var account))
        {
            problem = await ConnectAsync(Guid.Parse(account!, CultureInfo.InvariantCulture), login, cancellationToken);
            return problem is { } reason ? AddressOf(reason, authority, properties) : $"{Root}account?connected={authority.Id}";
        }

        (var user, problem) = properties.Items.TryGetValue(LinkItem, out var link)
            ? await UseLinkAsync(link!, login, cancellationToken)
            : await FindAsync(authority, principal, login, cancellationToken);
        if (user is not null && RoleOf(authority, principal) is { } role)
            await FollowRoleAsync(user, role, authority, cancellationToken);
        if (user is null)
            return AddressOf(problem!.Value, authority, properties);
        var hasSecondFactor =
            authority.TrustsSecondFactor
            || principal.FindAll("amr").Any(claim => string.Equals(claim.Value, "mfa", StringComparison.Ordinal));
        var next = LocalPaths.IsLocalPath(returnUrl) ? returnUrl! : Root;
        return await proven.ContinueAsync(user, hasSecondFactor) ? next : $"{Root}sign-in-code?returnUrl={Uri.EscapeDataString(next)}";
    }

    /// <summary>Finds the account that is connected, or creates it where the settings say so.</summary>
    private async Task<(IdentityUser<Guid>? User, SignInProblem? Problem)> FindAsync(
        AuthorityOptions authority,
        ClaimsPrincipal principal,
        UserLoginInfo login,
        CancellationToken cancellationToken
    )
    {
        var user = await users.FindByLoginAsync(login.LoginProvider, login.ProviderKey);
        // Refusals are counted too, because each adds an entry to the audit log.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{login.LoginProvider}\n{login.ProviderKey}")));
        var address = callerAddress.Current;
        var attempt = await mediator.Send(new BeginSignIn.Command(name, address, Device: null), cancellationToken);
        if (attempt.Wait is not null)
        {
            proven.LogFailure(user);
            return (null, SignInProblem.TooMany);
        }

        var role = RoleOf(authority, principal);
        SignInProblem? problem =
            user?.IsDisabled() == true ? SignInProblem.Disabled
            : user is null && !authority.CreatesAccounts ? SignInProblem.NoAccount
            : authority.CreatesAccounts && role is null ? SignInProblem.NoRole
            : null;
        if (problem is null && user is null)
        {
            user = await CreateAsync(authority, principal, role!.Value, login, cancellationToken);
            problem = user is null ? SignInProblem.NoName : null;
        }

        if (problem is not null)
        {
            await mediator.Send(new RefuseSignIn.Command(user?.UserName ?? "", attempt.IsLast, address), cancellationToken);
            proven.LogFailure(user);
            return (null, problem);
        }

        await mediator.Send(new CompleteSignIn.Command(name, address, Device: null), cancellationToken);
        return (user, null);
    }

    private async Task<IdentityUser<Guid>?> CreateAsync(
        AuthorityOptions authority,
        ClaimsPrincipal principal,
        AccountRole role,
        UserLoginInfo login,
        CancellationToken cancellationToken
    )
    {
        var name = principal.FindFirstValue(authority.NameClaim) ?? "";
        var id = Guid.CreateVersion7(time.GetUtcNow());
        Impersonate(id, name);
        try
        {
            await accounts.AddConnectedAsync(id, name, role, login, cancellationToken);
        }
        catch (Exception e) when (e is ValidationException or ConflictException)
        {
            logger.LogWarning("{Authority} sent a person whose account could not be created: {Reason}", authority.Name, e.Message);
            return null;
        }

        return await users.FindByIdAsync(id.ToString());
    }

    private async Task<(IdentityUser<Guid>? User, SignInProblem? Problem)> UseLinkAsync(
        string link,
        UserLoginInfo login,
        CancellationToken cancellationToken
    )
    {
        if (await AccountLinkTokens.FindAsync(users, link, time.GetUtcNow()) is not { } invited)
            return (null, SignInProblem.LinkOver);
        Impersonate(invited.Id, invited.UserName!);
        try
        {
            return await accounts.ConnectByLinkAsync(link, login, cancellationToken)
                // The account has changed since it was read.
                ? (await users.FindByLoginAsync(login.LoginProvider, login.ProviderKey), null)
                : (null, SignInProblem.LinkOver);
        }
        catch (ConflictException)
        {
            return (null, SignInProblem.Connected);
        }
    }

    private async Task<SignInProblem?> ConnectAsync(Guid account, UserLoginInfo login, CancellationToken cancellationToken)
    {
        // The handlers of authorities run before the caller is known.
        var caller = await Http.AuthenticateAsync(Schemes.Caller);
        if (caller.Principal?.AccountId() != account)
            return SignInProblem.OtherPerson;
        Http.User = caller.Principal;
        try
        {
            await accounts.ConnectAsync(account, login, cancellationToken);
            return null;
        }
        catch (ConflictException)
        {
            return SignInProblem.Connected;
        }
    }

    private async Task FollowRoleAsync(
        IdentityUser<Guid> user,
        AccountRole role,
        AuthorityOptions authority,
        CancellationToken cancellationToken
    )
    {
        Impersonate(user.Id, user.UserName!);
        try
        {
            await accounts.FollowRoleAsync(user.Id, role, authority.Name!, cancellationToken);
        }
        catch (ConflictException e)
        {
            logger.LogWarning(
                "{Authority} makes {Name} {Role}, but the role was not changed: {Reason}",
                authority.Name,
                user.UserName,
                role,
                e.Message
            );
        }
    }

    /// <summary>The audit log names the person who signs in, who is not signed in yet.</summary>
    private void Impersonate(Guid account, string name) =>
        Http.User = new ClaimsPrincipal(
            new ClaimsIdentity(
                [
                    new Claim(CallerClaims.ActorKind, nameof(ActorKind.Account)),
                    new Claim(CallerClaims.ActorId, account.ToString()),
                    new Claim(ClaimTypes.Name, name),
                ],
                nameof(AuthoritySignIn)
            )
        );

    private bool IsFor(string ticket, Guid account, Guid? session)
    {
        try
        {
            return tickets.Unprotect(ticket) == $"{account:N} {session:N}";
        }
        catch (CryptographicException)
        {
            // It is forged or too old.
            return false;
        }
    }

    private static AccountRole? RoleOf(AuthorityOptions authority, ClaimsPrincipal principal) =>
        string.IsNullOrEmpty(authority.RoleClaim)
            ? null
            : authority.RoleOf([.. principal.FindAll(authority.RoleClaim).Select(claim => claim.Value)]);

    private static UserLoginInfo LoginOf(AuthorityOptions authority, ClaimsPrincipal principal)
    {
        var subject = principal.FindFirst("sub")!;
        // The issuer was validated against the authority's configuration.
        return new UserLoginInfo(principal.FindFirstValue("iss") ?? subject.Issuer, subject.Value, authority.Name);
    }
}
