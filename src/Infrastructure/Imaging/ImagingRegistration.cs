using GourmetGram.Application.Classification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Imaging;

public static class ImagingRegistration
{
    /// <summary>
    /// Registers <see cref="IPhotoReader"/> and <see cref="IThumbnailGate"/>. Both need <see cref="LimitsOptions"/>, which are registered
    /// elsewhere.
    /// </summary>
    public static IServiceCollection AddImaging(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IPhotoReader, PhotoReader>();
        services.AddSingleton<IThumbnailGate>(provider => new ThumbnailGate(
            provider.GetRequiredService<IOptions<LimitsOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()
        ));
        return services;
    }
}
