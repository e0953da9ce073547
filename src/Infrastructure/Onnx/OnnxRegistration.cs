using GourmetGram.Application.Classification;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Onnx;

public static class OnnxRegistration
{
    /// <summary>
    /// Registers the model and its <see cref="InferenceGate"/>. The model is loaded when <see cref="IClassifier"/> is first resolved, which
    /// throws a <see cref="ModelException"/> if the model cannot be used, so resolve it at start.
    /// </summary>
    public static IServiceCollection AddOnnxClassifier(this IServiceCollection services)
    {
        services.AddSettings<ModelOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ModelOptions>>().Value;
            var logger = provider.GetRequiredService<ILogger<ServedModels>>();
            var files = provider.GetRequiredService<HeadFiles>();
            return new ServedModels(ModelLoader.Load(options.DirectoryPath, options.Variant, logger), files.FindHead, logger);
        });
        services.AddSingleton<HeadFiles>();
        services.AddSingleton<IHeadFiles>(provider => provider.GetRequiredService<HeadFiles>());
        services.AddSingleton<IClassifier>(provider => provider.GetRequiredService<ServedModels>());
        services.AddSingleton<IModelSwitch>(provider => provider.GetRequiredService<ServedModels>());
        services.AddSingleton<INetworks>(provider => provider.GetRequiredService<ServedModels>());
        services.AddScoped<IModelFiles, ModelFiles>();
        services.AddSingleton<IModelArchive, ModelArchive>();
        services.AddSingleton<IReferenceReader, ReferenceReader>();
        services.AddSingleton<IModelInspector, ModelInspector>();
        services.AddSingleton<IInferenceGate>(provider => new InferenceGate(
            provider.GetRequiredService<IOptions<LimitsOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddScoped<IEmbeddingExport, EmbeddingExport>();
        return services;
    }
}
