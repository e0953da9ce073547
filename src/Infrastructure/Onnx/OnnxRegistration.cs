using GourmetGram.Application.Classification;
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
        services.AddSingleton<IClassifier>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ModelOptions>>().Value;
            return ModelLoader.Load(options.DirectoryPath, options.Variant, provider.GetRequiredService<ILogger<OnnxClassifier>>());
        });
        services.AddSingleton<IInferenceGate>(provider => new InferenceGate(
            provider.GetRequiredService<IOptions<LimitsOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        return services;
    }
}
