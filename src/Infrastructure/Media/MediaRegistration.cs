using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Media;

public static class MediaRegistration
{
    /// <summary>Registers <see cref="IMediaLinks"/> and <see cref="IMediaKeys"/>. Needs the persistence services.</summary>
    public static IServiceCollection AddMediaLinks(this IServiceCollection services)
    {
        services.AddSingleton<MediaKeyRing>();
        services.AddSingleton<IMediaKeys>(provider => provider.GetRequiredService<MediaKeyRing>());
        services.AddSingleton<ISeed>(provider => provider.GetRequiredService<MediaKeyRing>());
        services.AddScoped<IMediaLinks, SignedMediaLinks>();
        return services;
    }
}
