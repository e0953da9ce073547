using System.CommandLine;
using System.Globalization;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram train --dataset ID [--l2 NUMBER] [--match-shares] [--program] [--json]</c>.</summary>
internal static class TrainCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var dataset = new Option<string>("--dataset")
        {
            Description = "The dataset version: its id or the beginning of it, its number, or `latest`.",
            Required = true,
        };
        var l2 = new Option<double?>("--l2")
        {
            Description = "Strength of the regularisation (1/C of scikit-learn). Default: chosen on photos that did not train.",
        };
        var program = new Option<bool>("--program")
        {
            Description = "Have the program of setting Trainer:Command train a whole model, instead of a head.",
        };
        var shares = new Option<bool>("--match-shares")
        {
            Description = "Correct the head to the shares of the classes in the random sample. Needs 100 blind labels.",
        };
        var json = new Option<bool>("--json") { Description = "Write the training as JSON, in the same format as the API." };
        var command = new Command(
            "train",
            """
            Trains a head for the model on a dataset version and registers it. Writes version, strength of the regularisation, objective and
            held-out figures. The model does not serve yet: see `model trial` and `model promote`.
            """
        )
        {
            dataset,
            l2,
            program,
            shares,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                var request = new StartTraining.Command(
                    parsed.GetRequiredValue(dataset),
                    CommandLine.Requester,
                    parsed.GetValue(l2),
                    parsed.GetValue(program) ? Trainer.Program : Trainer.Head,
                    parsed.GetValue(shares)
                );
                return UseCaseCall.RunAsync(
                    settings,
                    (mediator, token) => TrainAsync(mediator, request, token),
                    (server, token) => TrainAsync(server, request, token),
                    training => parsed.GetValue(json) ? UseCaseCall.ToJson(training) : TextOf(training),
                    cancellationToken,
                    training => training.State == TrainingState.Succeeded ? 0 : 1
                );
            }
        );
        return command;
    }

    private static async Task<TrainingResponse> TrainAsync(
        IMediator mediator,
        StartTraining.Command request,
        CancellationToken cancellationToken
    )
    {
        var queued = await mediator.Send(request, cancellationToken);
        await mediator.Send(new TrainModel.Command(queued.Id), cancellationToken);
        return await mediator.Send(new GetTraining.Query(queued.Id), cancellationToken);
    }

    private static async Task<TrainingResponse> TrainAsync(
        ServerConnection server,
        StartTraining.Command request,
        CancellationToken cancellationToken
    )
    {
        var training = await server.SendAsync<TrainingResponse>(
            HttpMethod.Post,
            "training-runs",
            cancellationToken,
            new
            {
                request.Dataset,
                request.L2,
                request.Trainer,
                request.MatchShares,
            }
        );
        while (training.EndedAt is null)
        {
            await Task.Delay(Interval, cancellationToken);
            training = await server.SendAsync<TrainingResponse>(HttpMethod.Get, $"training-runs/{training.Id}", cancellationToken);
        }

        return training;
    }

    private static string TextOf(TrainingResponse training)
    {
        if (training.Model is not { } model)
            return training.Failure ?? $"The training is {training.State}.";
        if (TrainingReport.Read(model) is not { } report)
            return $"version {model.Version}";
        var lines = new List<string>
        {
            $"version {model.Version}",
            string.Create(CultureInfo.InvariantCulture, $"L2 {report.L2}"),
            string.Create(CultureInfo.InvariantCulture, $"objective {report.Objective:0.000000}"),
            string.Create(CultureInfo.InvariantCulture, $"temperature {report.Temperature:0.000}"),
        };
        if (report.Holdout is { } holdout)
            lines.Add(FiguresOf("photos that the network has not seen", holdout));
        if (report.OutOfFold is { } own)
            lines.Add(FiguresOf("labelled photos, out of fold", own));
        return string.Join(Environment.NewLine, lines.Concat(report.Warnings));
    }

    private static string FiguresOf(string what, HeldOutFigures figures) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {figures.Photos}, accuracy {100 * figures.Accuracy:0.0}%, log loss {figures.LogLoss:0.000}, "
                + $"calibration error {figures.CalibrationError:0.000}"
        );
}
