using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram model check DIR [--json]</c>.</summary>
internal static class ModelCheck
{
    private const int NotUsable = 1;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var directory = new Argument<string>("DIR") { Description = "A folder with manifest.json and the files that it names." };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON." };
        // The process that the check starts is this command again.
        var here = new Option<bool>(ForeignModel.Option) { Hidden = true };
        var command = new Command(
            "check",
            """
            Checks whether a model folder can be imported: it runs the model in a process of its own, and changes nothing.
            Exit code: 0 if the model can be used, 1 if not.
            """
        )
        {
            directory,
            json,
            here,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var folder = parsed.GetRequiredValue(directory);
                var result = parsed.GetValue(here) ? ForeignModel.Check(folder) : await InspectAsync(settings, folder, cancellationToken);
                await Console.Out.WriteLineAsync(
                    parsed.GetValue(json) ? JsonSerializer.Serialize(result, Composition.CreateJson()) : TextOf(result)
                );
                return result.Passed ? 0 : NotUsable;
            }
        );
        return command;
    }

    private static async Task<ModelInspection> InspectAsync(string[] settings, string directory, CancellationToken cancellationToken)
    {
        using var host = CommandLine.CreateBuilder(settings).Build();
        return await host.Services.GetRequiredService<IModelInspector>().InspectAsync(directory, cancellationToken);
    }

    private static string TextOf(ModelInspection result) =>
        result.Passed
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Model {result.Name} {result.Version} ({result.Variant}) can be used: {result.Labels.Length} classes, "
                    + $"{(result.EmbeddingSize is { } size ? $"embedding of {size} numbers" : "no embedding")}, "
                    + $"{(result.HasReplaceableHead ? "a head that can be retrained" : "no head that can be retrained")}, "
                    + $"{result.Milliseconds} ms for a photo, {result.Megabytes} MB of memory."
            )
            : result.Fault!;
}
