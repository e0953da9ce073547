using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.Lists;
using MediatR;

namespace GourmetGram.WebApi.Access;

/// <summary>Maps <c>/api/v1/audit</c>: who changed what, when and from where.</summary>
internal static class AuditEndpoints
{
    internal sealed class AuditParameters
    {
        /// <summary>Name of the person or program, exactly as entries show it.</summary>
        [MaxLength(200)]
        public string? Who { get; init; }

        /// <summary>What the changes are about.</summary>
        public AuditArea? Area { get; init; }

        /// <summary>First day (UTC).</summary>
        public DateOnly? From { get; init; }

        /// <summary>Last day (UTC).</summary>
        public DateOnly? To { get; init; }

        /// <summary>Text within what was done, or to what.</summary>
        [MaxLength(200)]
        public string? Q { get; init; }

        /// <summary>`next` of the page before; left out for the first page.</summary>
        public string? Cursor { get; init; }

        /// <summary>Entries per page, 1 to 100; 100 if left out.</summary>
        public int? Limit { get; init; }

        /// <summary>Format of the answer; if left out, what the client accepts.</summary>
        public ListFormat? Format { get; init; }

        public ListAuditEntries.Query ToQuery() => new(new AuditFilter(Who, Area, From, To, Q), Cursor, Limit ?? Paging.MaximumLimit);
    }

    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet(
                "/audit",
                async (
                    [AsParameters] AuditParameters parameters,
                    HttpContext context,
                    IMediator mediator,
                    CancellationToken cancellationToken
                ) =>
                    ListAnswer.Of(context, parameters.Format, await mediator.Send(parameters.ToQuery(), cancellationToken), page =>
                        page.Items
                    )
            )
            .RequireAuthorization(Policies.Admin)
            .WithTags("Users")
            .WithName("ListAuditEntries")
            .WithSummary("List the audit log, newest first")
            .WithDescription(
                "Each entry says who changed what, when and from where, with the values before and after. Photos, feedback and labels are "
                    + "not in the log: they say themselves who made them. Send `next` of one page as `cursor` to get the next page. As "
                    + "CSV, returns the entries of the page."
            )
            .ProducesList<Page<AuditEntryView>>();
}
