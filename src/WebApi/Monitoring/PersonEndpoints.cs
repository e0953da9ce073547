using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Monitoring;

/// <summary>Maps the figures about how people label.</summary>
internal static class PersonEndpoints
{
    private const string What =
        "Returns how many photos the person labelled today (UTC), in the last seven days and in all, the median time to an answer, skips, "
        + "and how often most others gave the same answer to the same photo in the last 90 days.";

    public static void MapPersonFigures(this IEndpointRouteBuilder api)
    {
        api.MapGet("/me/figures", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(QueryOf(context.User.ToCaller().Actor), cancellationToken))
            )
            .WithTags("Users")
            .WithName("GetOwnFigures")
            .RequireAuthorization(Policies.Annotator)
            .WithSummary("Get figures about your labels")
            .WithDescription(What)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        api.MapGet("/users/{name}/figures", GetAsync)
            .WithTags("Users")
            .WithName("GetUserFigures")
            .RequireAuthorization(Policies.Admin)
            .WithSummary("Get figures about a person's labels")
            .WithDescription(What)
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<GetPersonFigures.Response>> GetAsync(
        string name,
        IAccounts accounts,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        var account = (await accounts.ListAsync(cancellationToken)).FirstOrDefault(found =>
            string.Equals(found.Name, name, StringComparison.OrdinalIgnoreCase)
        );
        return account?.Id is { } id
            ? TypedResults.Ok(await mediator.Send(QueryOf(new Actor(ActorKind.Account, id.ToString())), cancellationToken))
            : throw new NotFoundException($"Account {name}");
    }

    private static GetPersonFigures.Query QueryOf(Actor person) => new(person.ToString());
}
