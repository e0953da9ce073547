using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using GourmetGram.Application.Retraining;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>
/// Implements <c>gourmetgram model list | promote VERSION | rollback | trial VERSION | shadow [VERSION|off] | import DIR | check DIR</c>.
/// </summary>
internal static class ModelCommand
{
    /// <summary>Argument of <c>model shadow</c> that switches it off.</summary>
    private const string Off = "off";

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON, in the same format as the API." };
        var list = new Command("list", "Writes a line per model, newest first: version, origin, and Serving or nothing.") { json };
        list.SetAction(
            (parsed, cancellationToken) =>
                UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => mediator.Send(new ListModels.Query(), token),
                    (server, token) => server.SendAsync<ListModels.Response>(HttpMethod.Get, "models", token),
                    models =>
                        parsed.GetValue(json)
                            ? UseCaseCall.ToJson(models.Items)
                            : string.Join(
                                Environment.NewLine,
                                models.Items.Select(model => $"{model.Version}\t{model.Origin}\t{(model.Serving ? "Serving" : "")}")
                            ),
                    cancellationToken
                )
        );

        var version = new Argument<string>("VERSION") { Description = "Version of the model, as shown by `model list`." };
        var note = new Option<string?>("--override")
        {
            Description = "Promote although the gate has not let the model pass. Say why; the note stays in the history.",
        };
        var promote = new Command("promote", "Makes a model answer photos that the gate has let pass.") { version, note, json };
        promote.SetAction(
            (parsed, cancellationToken) =>
            {
                var (of, why) = (parsed.GetRequiredValue(version), parsed.GetValue(note));
                return UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => mediator.Send(new PromoteModel.Command(of, CommandLine.Requester, why), token),
                    (server, token) =>
                        server.SendAsync<ServingPeriodResponse>(
                            HttpMethod.Post,
                            $"models/{Uri.EscapeDataString(of)}/promote",
                            token,
                            new { @override = why }
                        ),
                    serving => parsed.GetValue(json) ? UseCaseCall.ToJson(serving) : $"Model {serving.Version} serves.",
                    cancellationToken
                );
            }
        );

        var reason = new Option<string?>("--note") { Description = "Why; it stays in the history." };
        var rollback = new Command("rollback", "Returns to the model that served before.") { reason, json };
        rollback.SetAction(
            (parsed, cancellationToken) =>
                UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => mediator.Send(new RollbackModel.Command(CommandLine.Requester, parsed.GetValue(reason)), token),
                    (server, token) =>
                        server.SendAsync<ServingPeriodResponse>(
                            HttpMethod.Post,
                            "models/rollback",
                            token,
                            new { note = parsed.GetValue(reason) }
                        ),
                    serving => parsed.GetValue(json) ? UseCaseCall.ToJson(serving) : $"Model {serving.Version} serves.",
                    cancellationToken
                )
        );

        var trial = new Command(
            "trial",
            "Compares a model with the one that serves, and draws photos for labelling on which the two disagree."
        )
        {
            version,
            json,
        };
        trial.SetAction(
            (parsed, cancellationToken) =>
            {
                var of = parsed.GetRequiredValue(version);
                return UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => CompareAsync(mediator, of, token),
                    (server, token) =>
                        server.SendAsync<TrialResponse>(HttpMethod.Post, $"models/{Uri.EscapeDataString(of)}/trials", token, new { }),
                    begun => parsed.GetValue(json) ? UseCaseCall.ToJson(begun) : TextOf(begun),
                    cancellationToken
                );
            }
        );

        var shadowed = new Argument<string?>("VERSION|off")
        {
            Description = "Version of the model that answers photos in shadow; off to switch it off. Left out: only the state.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var shadow = new Command(
            "shadow",
            "Lets a model answer photos in shadow: after the model that serves, without effect on its answer. Writes what it has shown."
        )
        {
            shadowed,
            json,
        };
        shadow.SetAction(
            (parsed, cancellationToken) =>
            {
                var of = parsed.GetValue(shadowed);
                return UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => ShadowAsync(mediator, of, token),
                    (server, token) => ShadowAsync(server, of, token),
                    state => parsed.GetValue(json) ? UseCaseCall.ToJson(state) : TextOf(state),
                    cancellationToken
                );
            }
        );

        var directory = new Argument<DirectoryInfo>("DIR")
        {
            Description = "Folder of the model, with its manifest.json.",
        }.AcceptExistingOnly();
        var import = new Command(
            "import",
            "Registers a model that was trained elsewhere, after a process of its own has loaded and tried it. It does not serve yet."
        )
        {
            directory,
            json,
        };
        import.SetAction(
            (parsed, cancellationToken) =>
            {
                var of = parsed.GetRequiredValue(directory).FullName;
                return UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => mediator.Send(new ImportModel.Command(of, CommandLine.Requester), token),
                    (server, token) => UploadAsync(server, of, token),
                    model => parsed.GetValue(json) ? UseCaseCall.ToJson(model) : $"Model {model.Version} is registered.",
                    cancellationToken
                );
            }
        );

        return new Command("model", "Manages models. Calls the server that runs on the same data directory, or works without one.")
        {
            list,
            promote,
            rollback,
            trial,
            shadow,
            import,
            ModelCheck.Create(settings),
        };
    }

    /// <summary>Without a server, no job lets models with different networks answer the photos later.</summary>
    private static async Task<TrialResponse> CompareAsync(IMediator mediator, string version, CancellationToken cancellationToken)
    {
        var begun = await mediator.Send(new BeginTrial.Command(version, CommandLine.Requester), cancellationToken);
        if (!begun.Preparing)
            return begun;
        await mediator.Send(new AnswerPhotos.Command(), cancellationToken);
        return await mediator.Send(new GetTrial.Query(begun.Id), cancellationToken);
    }

    private static Task<ShadowResponse> ShadowAsync(IMediator mediator, string? of, CancellationToken cancellationToken) =>
        of switch
        {
            null => mediator.Send(new GetShadow.Query(), cancellationToken),
            Off => mediator.Send(new StopShadow.Command(CommandLine.Requester), cancellationToken),
            _ => mediator.Send(new StartShadow.Command(of, CommandLine.Requester), cancellationToken),
        };

    private static Task<ShadowResponse> ShadowAsync(ServerConnection server, string? of, CancellationToken cancellationToken) =>
        of switch
        {
            null => server.SendAsync<ShadowResponse>(HttpMethod.Get, "models/shadow", cancellationToken),
            Off => server.SendAsync<ShadowResponse>(HttpMethod.Delete, "models/shadow", cancellationToken),
            _ => server.SendAsync<ShadowResponse>(HttpMethod.Post, $"models/{Uri.EscapeDataString(of)}/shadow", cancellationToken),
        };

    private static string TextOf(ShadowResponse shadow)
    {
        var state =
            shadow.EndedAt is null ? $"Model {shadow.Challenger} answers in shadow beside {shadow.Champion}."
            : shadow.Fault is { } fault ? $"Model {shadow.Challenger} was switched off. {fault}"
            : $"Model {shadow.Challenger} no longer answers in shadow.";
        var lines = new List<string> { state };
        if (shadow.Agreement is { } agreement)
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{shadow.Photos} photos, {100 * agreement:0.0}% with the same class, {shadow.MeanMilliseconds:0.0} ms on average, "
                        + $"{shadow.P95Milliseconds:0.0} ms for 95%, {shadow.Dropped} dropped, {shadow.Failed} failed."
                )
            );
        return string.Join(Environment.NewLine, lines.Concat(shadow.Changes.Select(one => $"{one.From}\t{one.To}\t{one.Photos}")));
    }

    /// <summary>Sends a zip of the folder to the running server.</summary>
    private static async Task<ModelResponse> UploadAsync(ServerConnection server, string directory, CancellationToken cancellationToken)
    {
        await using var zip = new FileStream(
            Path.GetTempFileName(),
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            }
        );
        await ZipFile.CreateFromDirectoryAsync(directory, zip, CompressionLevel.Fastest, includeBaseDirectory: false, cancellationToken);
        zip.Position = 0;
        return await server.CallAsync("models", async http =>
        {
            using var content = new StreamContent(zip);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
            using var response = await http.PostAsync("api/v1/models", content, cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<ModelResponse>(server.Json, cancellationToken))!
                : throw new CommandException(await server.DetailOfAsync(response, cancellationToken));
        });
    }

    private static string TextOf(TrialResponse trial) =>
        trial.Preparing
            ? TrialWords.Describe(trial, trial.Challenger, trial.Champion)
            : $"Model {trial.Challenger} differs from {trial.Champion} on {trial.Disagreements} of {trial.Photos} photos. "
                + (
                    trial.Needed is { } needed
                        ? $"{needed} labels are needed for the next look."
                        : $"{trial.Decision} {trial.Reason}".TrimEnd() + "."
                );
}
