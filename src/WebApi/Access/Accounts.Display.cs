using System.Security.Claims;
using FluentValidation;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.WebApi.Access;

/// <summary>Stores how pages name people and look to them, as claims of the account.</summary>
internal sealed partial class Accounts
{
    /// <summary>Returns the settings of an account; the defaults where nothing is stored.</summary>
    public Task<DisplaySettings> FindDisplayAsync(Guid account, CancellationToken cancellationToken) =>
        InScopeAsync(async scope => DisplaySettings.From(await ClaimsOfAsync(scope, account, cancellationToken)));

    /// <summary>Stores the settings of an account.</summary>
    /// <returns>False when they were the same already.</returns>
    /// <exception cref="ValidationException">The name or the time zone is not acceptable.</exception>
    /// <exception cref="ConflictException">Another person has this name.</exception>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    public Task<bool> SaveDisplayAsync(Guid account, DisplaySettings settings, CancellationToken cancellationToken)
    {
        var name = string.IsNullOrWhiteSpace(settings.Name) ? null : settings.Name.Trim();
        if (name is not null && !Name().IsMatch(name))
            throw Invalid("name", NameRule);
        if (settings.TimeZone is not null && TimeZones.Find(settings.TimeZone) is null)
            throw Invalid("timeZone", $"'{settings.TimeZone}' is not a time zone. Use a name such as Europe/Stockholm, or UTC.");
        return ChangeAsync(
            "Changed own name and display",
            name ?? "",
            async scope =>
            {
                var user = await scope.Users.FindByIdAsync(account.ToString()) ?? throw new NotFoundException($"Account {account}");
                if (name is not null)
                    await RequireOwnNameAsync(scope, user, name, cancellationToken);
                var claims = (await ClaimsOfAsync(scope, account, cancellationToken)).ToList();
                var (before, after) = (DisplaySettings.From(claims), settings with { Name = name });
                if (before == after)
                    return false;
                audit.Tell(
                    new Dictionary<string, object>(StringComparer.Ordinal)
                    {
                        ["display name"] = new object?[] { before.Name, after.Name },
                        ["time zone"] = new object?[] { before.TimeZone, after.TimeZone },
                        ["theme"] = new object?[] { before.Theme, after.Theme },
                    }
                        .Where(change => change.Value is object?[] pair && !Equals(pair[0], pair[1]))
                        .ToDictionary(StringComparer.Ordinal)
                );
                Require(await scope.Users.RemoveClaimsAsync(user, claims));
                Require(await scope.Users.AddClaimsAsync(user, after.ToClaims()));
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Returns the display settings among the claims of an account.</summary>
    private static async Task<IReadOnlyList<Claim>> ClaimsOfAsync(AccountScope scope, Guid account, CancellationToken cancellationToken) =>
        [
            .. (
                await scope
                    .Context.UserClaims.Where(claim => claim.UserId == account && DisplaySettings.ClaimTypes.Contains(claim.ClaimType!))
                    .OrderBy(claim => claim.Id)
                    .ToListAsync(cancellationToken)
            ).Select(claim => claim.ToClaim()),
        ];

    /// <exception cref="ConflictException">
    /// Another person signs in with this name or shows it, so histories could not tell them apart.
    /// </exception>
    private static async Task RequireOwnNameAsync(
        AccountScope scope,
        IdentityUser<Guid> user,
        string name,
        CancellationToken cancellationToken
    )
    {
        var normalized = scope.Users.NormalizeName(name);
        var shown = await scope
            .Context.UserClaims.Where(claim => claim.ClaimType == DisplaySettings.NameClaim && claim.UserId != user.Id)
            .Select(claim => claim.ClaimValue)
            .ToListAsync(cancellationToken);
        if (
            await scope.Users.FindByNameAsync(name) is { } other && other.Id != user.Id
            || shown.Exists(known => string.Equals(scope.Users.NormalizeName(known), normalized, StringComparison.Ordinal))
        )
            throw new ConflictException($"Another person is called {name} here. Choose another name.");
    }
}
