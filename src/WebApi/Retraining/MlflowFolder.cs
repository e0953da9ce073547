using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Retraining;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Retraining;

/// <summary>
/// Writes a model as a folder that <c>mlflow.onnx.load_model</c> and <c>mlflow.pyfunc.load_model</c> read, in a zip. The formats are those
/// of MLflow's flavor <c>onnx</c> (mlflow/onnx/__init__.py).
/// </summary>
internal static class MlflowFolder
{
    private const string Requirements = """
        mlflow
        numpy
        onnx
        onnxruntime

        """;

    private const string PythonEnvironment = """
        python: "3.11"
        build_dependencies:
        - pip
        dependencies:
        - -r requirements.txt

        """;

    private const string Conda = """
        name: mlflow-env
        channels:
        - conda-forge
        dependencies:
        - python=3.11
        - pip
        - pip:
          - mlflow
          - numpy
          - onnx
          - onnxruntime

        """;

    /// <summary>Writes the zip. Equal models give equal bytes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="card">Its card, as Markdown.</param>
    /// <param name="target">Receives the zip.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task WriteAsync(GetModelFile.Response model, string card, Stream target, CancellationToken cancellationToken)
    {
        await using var zip = await StreamedZip.CreateAsync(target, cancellationToken);
        await AddAsync("MLmodel", CompressionLevel.Optimal, Encoding.UTF8.GetBytes(Describe(model)));
        await AddAsync("model.onnx", CompressionLevel.NoCompression, model.Content);
        await AddAsync("requirements.txt", CompressionLevel.Optimal, Encoding.UTF8.GetBytes(Requirements));
        await AddAsync("python_env.yaml", CompressionLevel.Optimal, Encoding.UTF8.GetBytes(PythonEnvironment));
        await AddAsync("conda.yaml", CompressionLevel.Optimal, Encoding.UTF8.GetBytes(Conda));
        await AddAsync("README.md", CompressionLevel.Optimal, Encoding.UTF8.GetBytes(card));
        await zip.CompleteAsync(cancellationToken);

        Task AddAsync(string name, CompressionLevel compression, byte[] content) =>
            zip.AddAsync(
                name,
                compression,
                model.RegisteredAt,
                async entry => await entry.WriteAsync(content, cancellationToken),
                cancellationToken
            );
    }

    /// <summary>Without named providers, MLflow tries CUDA first.</summary>
    private static string Describe(GetModelFile.Response model)
    {
        var network = model.Network;
        int[] shape = [-1, 3, network.InputHeight, network.InputWidth];
        var signature = new[] { new Tensor("tensor", new TensorSpec("float32", shape)) };
        // JSON texts are YAML texts too.
        return $"""
            flavors:
              onnx:
                code: null
                data: model.onnx
                onnx_version: "1.16.0"
                providers:
                - CPUExecutionProvider
              python_function:
                data: model.onnx
                env:
                  conda: conda.yaml
                  virtualenv: python_env.yaml
                loader_module: mlflow.onnx
                python_version: "3.11"
            metadata:
              name: {Quote(network.Name)}
              version: {Quote(model.Version)}
              temperature: {model.Temperature.ToString("R", CultureInfo.InvariantCulture)}
              classes: {JsonSerializer.Serialize(network.Labels)}
            signature:
              inputs: {Quote(JsonSerializer.Serialize(signature))}
            utc_time_created: {Quote(model.RegisteredAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture))}

            """;
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private sealed record Tensor(
        [property: JsonPropertyName("type")] string Type,
        [property: JsonPropertyName("tensor-spec")] TensorSpec Spec
    );

    private sealed record TensorSpec([property: JsonPropertyName("dtype")] string Type, [property: JsonPropertyName("shape")] int[] Shape);
}
