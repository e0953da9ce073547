using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

public static class LabelStudioRegistration
{
    /// <summary>
    /// Registers <see cref="IAnnotationPlatform"/>, whether or not Label Studio is connected. Needs the object storage's settings.
    /// </summary>
    public static IServiceCollection AddLabelStudio(this IServiceCollection services)
    {
        services.AddSettings<LabelStudioOptions>();
        services.AddSingleton<IValidateOptions<LabelStudioOptions>, LabelStudioOptionsValidator>();
        services.TryAddSingleton<ConfigurationReload>();
        services.TryAddSingleton(new LabelStudioTimes());
        services.AddSingleton<LabelStudioTokens>();
        services.AddSingleton<LabelStudioClient>();
        services.AddSingleton<LabelStudioTransfers>();
        services.AddSingleton<LabelStudioProvisioning>();
        services.AddSingleton<LabelStudioDoctor>();
        services.AddSingleton<IAnnotationPlatform, LabelStudioPlatform>();
        services.AddSingleton<IOperationProbe, LabelStudioProbe>();
        return services;
    }
}
