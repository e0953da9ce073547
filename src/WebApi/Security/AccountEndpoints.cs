using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Security;

/// <summary>Maps <c>/api/v1/users</c>: the accounts of people.</summary>
internal static class AccountEndpoints
{
    private const int NameLength = 64;

    /// <param name="Items">Accounts, by name.</param>
    internal sealed record UserList(IReadOnlyList<AccountView> Items);

    /// <param name="Name">Name to sign in with.</param>
    /// <param name="Role">What the account may do.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NewUser([property: Required, MaxLength(NameLength)] string? Name, [property: Required] AccountRole? Role);

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users").RequireAuthorization(Policies.Admin);
        users
            .MapGet("/", async (IAccounts accounts, CancellationToken cancellationToken) =>
                TypedResults.Ok(new UserList(await accounts.ListAsync(cancellationToken)))
            )
            .WithName("ListUsers")
            .WithSummary("All accounts, their roles and how they stand")
            .WithDescription("Names and roles of all accounts, and whether they are disabled.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        users
            .MapPost("/", AddAsync)
            .WithName("AddUser")
            .WithSummary("Create an account")
            .WithDescription("The answer has a link with which the person chooses a password. It works once, for a week.")
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status409Conflict
            );
        users
            .MapPost(
                "/{name}/reset-password",
                async (string name, HttpContext context, IAccounts accounts, CancellationToken cancellationToken) =>
                    TypedResults.Ok(await accounts.ResetPasswordAsync(name, context.User.Who(), cancellationToken))
            )
            .WithName("ResetUserPassword")
            .WithSummary("Take a password away and get a link to choose another")
            .WithDescription("The account is signed out. The link works once, for a day.")
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        users
            .MapPost("/{name}/disable", async (string name, HttpContext context, IAccounts accounts, CancellationToken cancellationToken) =>
                TypedResults.Ok(await accounts.DisableAsync(name, context.User.Who(), cancellationToken))
            )
            .WithName("DisableUser")
            .WithSummary("Keep an account from signing in")
            .WithDescription(
                "Whoever is signed in with it is signed out within seconds. The last administrator who can sign in cannot be disabled."
            )
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        users
            .MapPost("/{name}/enable", async (string name, HttpContext context, IAccounts accounts, CancellationToken cancellationToken) =>
                TypedResults.Ok(await accounts.EnableAsync(name, context.User.Who(), cancellationToken))
            )
            .WithName("EnableUser")
            .WithSummary("Let an account sign in again")
            .WithDescription("The account can sign in again with the password that it had.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<Created<AccountLinkView>> AddAsync(
        NewUser user,
        HttpContext context,
        IAccounts accounts,
        CancellationToken cancellationToken
    ) => TypedResults.Created((string?)null, await accounts.AddAsync(user.Name!, user.Role!.Value, context.User.Who(), cancellationToken));
}
