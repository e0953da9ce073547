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
    /// <param name="Name">Name of the account, or of the visitor.</param>
    /// <param name="Actor">The caller as <c>kind:id</c>, as photos and labels name it.</param>
    /// <param name="Roles">Roles of the account.</param>
    /// <param name="Display">The person's settings about names, times and colours.</param>
    /// <param name="Sessions">Browsers in which the person is signed in.</param>
    /// <param name="Keys">API keys, without their secrets.</param>
    /// <param name="ConnectedAccounts">Names of the servers with whose accounts the person can sign in.</param>
    /// <param name="Passkeys">Passkeys, without their keys.</param>
    private sealed record Account(
        string Name,
        string Actor,
        IReadOnlyList<string> Roles,
        DisplaySettings Display,
        IReadOnlyList<SessionView> Sessions,
        IReadOnlyList<KeyView> Keys,
        IReadOnlyList<string> ConnectedAccounts,
        IReadOnlyList<PasskeyView> Passkeys
    );

    public static void MapMyData(this IEndpointRouteBuilder api) =>
        api.MapGet("/me/export", Export)
            .WithTags("Users")
            .WithName("ExportMe")
            .RequireAuthorization(Policies.Visitor)
            .WithSummary("Download everything that is stored of you")
            .WithDescription(
                "A zip with your photos and `photos.json` (see `GET /api/v1/predictions/download`), `labels.json` with all your decisions "
                    + "on photos to label, also withdrawn ones, and `account.json` with your name, roles, display settings, sessions, keys, "
                    + "connected accounts and passkeys."
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
        return new Account(
            user.SignInName(),
            user.ToCaller().Actor.ToString(),
            [.. user.FindAll(ClaimTypes.Role).Select(claim => claim.Value)],
            DisplaySettings.From(user.Claims),
            account is { } owner ? (await mediator.Send(new ListSessions.Query(owner), cancellationToken)).Items : [],
            account is { } holder ? (await mediator.Send(new ListKeys.Query(holder), cancellationToken)).Items : [],
            [.. (await own.ListConnectedAsync()).Select(connected => connected.Name)],
            await own.ListPasskeysAsync()
        );
    }
}
