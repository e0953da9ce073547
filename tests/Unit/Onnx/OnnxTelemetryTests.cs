using System.Diagnostics;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class OnnxTelemetryTests
{
    /// <summary>
    /// ONNX Runtime creates its folder while it makes the first session, so that the folder is there when a model is loaded, or never. Only
    /// a new process can tell: in this one another test may have been first.
    /// </summary>
    [Fact]
    public async Task A_process_that_classifies_leaves_no_trace_of_telemetry_in_its_home()
    {
        var home = Directory.CreateTempSubdirectory("home-");
        try
        {
            var start = new ProcessStartInfo(Path.ChangeExtension(typeof(OnnxTelemetryTests).Assembly.Location, extension: null))
            {
                ArgumentList = { "--filter-method", $"*.{nameof(A_model_is_loaded)}" },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            start.Environment.Remove(OnnxTelemetry.Variable);
            start.Environment.Remove("XDG_CACHE_HOME");
            start.Environment["HOME"] = home.FullName;
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.True(process.ExitCode == 0, output);
            Assert.DoesNotContain(
                home.EnumerateFileSystemInfos(
                    "*",
                    new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }
                ),
                entry => entry.Name == ".onnxruntime"
            );
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    /// <summary>What the process of the test above does.</summary>
    [Fact]
    public void A_model_is_loaded()
    {
        using var folder = new ModelFolder(new TestModel());
        using var classifier = folder.Load();

        Assert.NotEmpty(classifier.Run(folder.Model.Paint(1, 2, 3), CancellationToken.None).Logits);
    }
}
