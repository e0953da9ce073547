using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Access;

/// <summary>Maps <c>/api/v1/users</c>: the accounts of people.</summary>
internal static class AccountEndpoints
{
    private const int NameLength = 64;
    private const int EmailLength = 254;

    /// <param name="Items">Accounts, by name.</param>
    internal sealed record UserList(IReadOnlyList<AccountView> Items);

    /// <param name="Name">Name to sign in with.</param>
    /// <param name="Role">What the account may do.</param>
    /// <param name="Email">Address to send the link to; the response has the link if left out.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NewUser(
        [property: Required, MaxLength(NameLength)] string? Name,
        [property: Required] AccountRole? Role,
        [property: MaxLength(EmailLength)] string? Email = null
    );

    /// <param name="Email">Address to send the link to; the response has the link if left out.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record NewLink([property: MaxLength(EmailLength)] string? Email = null);

    /// <param name="Role">What the account may do from now on.</param>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    internal sealed record RoleChange([property: Required] AccountRole? Role);

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users").RequireAuthorization(Policies.Admin);
        users
            .MapGet("/", async (IAccounts accounts, CancellationToken cancellationToken) =>
                TypedResults.Ok(new UserList(await accounts.ListAsync(cancellationToken)))
            )
            .WithName("ListUsers")
            .WithSummary("List all accounts")
            .WithDescription("Returns the name, role and state of each account.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        users
            .MapPost("/", AddAsync)
            .WithName("AddUser")
            .WithSummary("Create an account")
            .WithDescription(
                "The response has a link for choosing a password. It works once and expires after a week. With `email`, the link is sent "
                    + "there, and the response has it only if that failed."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status409Conflict
            );
        users
            .MapPost("/{name}/reset-password", ResetPasswordAsync)
            .WithName("ResetUserPassword")
            .WithSummary("Reset a password")
            .WithDescription(
                "Signs the account out and ends every way to sign in: password, passkeys, second factor and accounts of other servers. The "
                    + "response has a link for choosing a new password. It works once, for a day. With `email`, the link is sent there, "
                    + "and the response has it only if that failed."
            )
            .Fails(
                StatusCodes.Status400BadRequest,
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
            .WithSummary("Disable an account")
            .WithDescription(
                "The account is signed out within seconds and cannot sign in. The last administrator who can sign in cannot be disabled."
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
            .WithSummary("Enable an account")
            .WithDescription("The account can sign in again with its previous password.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
        users
            .MapPut("/{name}/role", ChangeRoleAsync)
            .WithName("ChangeUserRole")
            .WithSummary("Change what an account may do")
            .WithDescription("People who are signed in notice within seconds. The last administrator who can sign in keeps the role.")
            .FailsAsChange();
        users
            .MapDelete("/{name}", async (string name, HttpContext context, IAccounts accounts, CancellationToken cancellationToken) =>
                TypedResults.Ok(await accounts.DeleteAsync(name, context.User.Who(), cancellationToken))
            )
            .WithName("DeleteUser")
            .WithSummary("Delete an account")
            .WithDescription(
                "Deletes the name, ways to sign in, sessions and keys. The labels stay, and are shown as those of \"former annotator\" "
                    + "with a number. The last administrator who can sign in cannot be deleted."
            )
            .FailsAsChange();
    }

    private static async Task<Ok<AccountView>> ChangeRoleAsync(
        string name,
        RoleChange change,
        HttpContext context,
        IAccounts accounts,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await accounts.ChangeRoleAsync(name, change.Role!.Value, context.User.Who(), cancellationToken));

    private static async Task<Created<AccountLinkView>> AddAsync(
        NewUser user,
        HttpContext context,
        IAccounts accounts,
        ILinkMail mail,
        CancellationToken cancellationToken
    )
    {
        var by = context.User.Who();
        return TypedResults.Created(
            (string?)null,
            await mail.CreateAsync(user.Email, by, () => accounts.AddAsync(user.Name!, user.Role!.Value, by, cancellationToken))
        );
    }

    private static async Task<Ok<AccountLinkView>> ResetPasswordAsync(
        string name,
        [FromBody] NewLink? wanted,
        HttpContext context,
        IAccounts accounts,
        ILinkMail mail,
        CancellationToken cancellationToken
    )
    {
        var by = context.User.Who();
        return TypedResults.Ok(await mail.CreateAsync(wanted?.Email, by, () => accounts.ResetPasswordAsync(name, by, cancellationToken)));
    }
}
