using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GourmetGram.WebApi.Labeling;

/// <summary>Maps <c>/api/v1/known-answers</c>: photos that are handed out again to see how reliable people are.</summary>
internal static class KnownAnswerEndpoints
{
    public static void MapKnownAnswers(this IEndpointRouteBuilder api)
    {
        var known = api.MapGroup("/known-answers").WithTags("Tasks").RequireAuthorization(Policies.Manager);
        known
            .MapGet("/", async (IMediator mediator, CancellationToken cancellationToken) =>
                TypedResults.Ok(await mediator.Send(new ListKnownAnswers.Query(), cancellationToken))
            )
            .WithName("ListKnownAnswers")
            .WithSummary("List the photos whose answer is known")
            .WithDescription("Newest first, at most 500.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
        known
            .MapPut("/{id:guid}", MarkAsync)
            .WithName("MarkKnownAnswer")
            .WithSummary("Mark a labelled photo as a known answer")
            .WithDescription(
                "Takes the label that people agreed on, in each loop that labelled the photo. The review page then hands the photo out "
                    + "again, like any other, to people who have not labelled it. `Labeling:KnownAnswerPercent` says how often. Their "
                    + "answers never count as labels; they are figures about the people. Marking a photo again changes nothing."
            )
            .Fails(
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict
            );
        known
            .MapDelete("/{id:guid}", async (Guid id, IMediator mediator, CancellationToken cancellationToken) =>
            {
                await mediator.Send(new UnmarkKnownAnswer.Command(id), cancellationToken);
                return TypedResults.NoContent();
            })
            .WithName("UnmarkKnownAnswer")
            .WithSummary("Take a photo out of the known answers")
            .WithDescription("Does nothing if the photo is not marked.")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<MarkKnownAnswer.Response>> MarkAsync(
        Guid id,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await mediator.Send(new MarkKnownAnswer.Command(id, context.User.Who()), cancellationToken));
}
