using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.WebApi.Feedback;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Labeling;

/// <summary>Maps <c>/api/v1/me/export</c>: everything that is stored of the caller.</summary>
internal static class MyDataEndpoints
{
    /// <summary>What is stored of a person beside photos and labels.</summary>
    private sealed record Account
    {
        /// <summary>Name of the account, or of the visitor.</summary>
        public required string Name { get; init; }

        /// <summary>The caller as <c>kind:id</c>, as photos and labels name it.</summary>
        public required string Actor { get; init; }

        /// <summary>Roles of the account.</summary>
        public required IReadOnlyList<string> Roles { get; init; }

        /// <summary>The person's settings about names, times and colours.</summary>
        public required DisplaySettings Display { get; init; }

        /// <summary>Browsers in which the person is signed in.</summary>
        public required IReadOnlyList<SessionView> Sessions { get; init; }

        /// <summary>API keys, without their secrets.</summary>
        public required IReadOnlyList<KeyView> Keys { get; init; }

        /// <summary>Names of the servers with whose accounts the person can sign in.</summary>
        public required IReadOnlyList<string> ConnectedAccounts { get; init; }

        /// <summary>Passkeys, without their keys.</summary>
        public required IReadOnlyList<PasskeyView> Passkeys { get; init; }
    }

    public static void MapMyData(this IEndpointRouteBuilder api) =>
        api.MapGet("/me/export", Export)
            .WithTags("Users")
            .WithName("ExportMe")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Download everything that is stored of you")
            .WithDescription(
                "A zip with your photos and `photos.json` (see `GET /api/v1/predictions/download`), `labels.json` with all your decisions "
                    + "on photos to label, also withdrawn ones, and `account.json` with your name, roles, display settings, sessions, "
                    + "keys, connected accounts and passkeys."
            )
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .Fails(StatusCodes.Status401Unauthorized, StatusCodes.Status503ServiceUnavailable);

    private static PushStreamHttpResult Export(
        HttpContext context,
        PhotoZip zip,
        IMediator mediator,
        IOwnAccount own,
        IOptions<JsonOptions> json,
        CancellationToken cancellationToken
    )
    {
        var caller = context.User.ToCaller();
        var write = zip.For(caller, cancellationToken, async archive =>
        {
            await AddAsync("labels.json", LabelsAsync(mediator, caller, cancellationToken));
            await AddAsync("account.json", await AccountAsync(context.User, mediator, own, cancellationToken));

            Task AddAsync<T>(string name, T content) =>
                archive.AddAsync(
                    name,
                    CompressionLevel.Optimal,
                    writtenAt: null,
                    file => JsonSerializer.SerializeAsync(file, content, json.Value.SerializerOptions, cancellationToken),
                    cancellationToken
                );
        });
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(write, "application/zip", "my-data.zip");
    }

    private static async IAsyncEnumerable<OwnLabel> LabelsAsync(
        IMediator mediator,
        Caller caller,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Guid? after = null;
        while ((await mediator.Send(new ListOwnLabels.Query(caller, after), cancellationToken)).Items is { Count: > 0 } page)
        {
            foreach (var label in page)
                yield return label;
            after = page[^1].Id;
        }
    }

    private static async Task<Account> AccountAsync(
        ClaimsPrincipal user,
        IMediator mediator,
        IOwnAccount own,
        CancellationToken cancellationToken
    )
    {
        var account = user.AccountId();
        return new Account
        {
            Name = user.SignInName(),
            Actor = user.ToCaller().Actor.ToString(),
            Roles = [.. user.FindAll(ClaimTypes.Role).Select(claim => claim.Value)],
            Display = DisplaySettings.From(user.Claims),
            Sessions = account is { } owner ? (await mediator.Send(new ListSessions.Query(owner), cancellationToken)).Items : [],
            Keys = account is { } holder ? (await mediator.Send(new ListKeys.Query(holder), cancellationToken)).Items : [],
            ConnectedAccounts = [.. (await own.ListConnectedAsync()).Select(connected => connected.Name)],
            Passkeys = await own.ListPasskeysAsync(),
        };
    }
}
