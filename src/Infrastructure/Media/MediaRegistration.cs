using GourmetGram.Application.Classification;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Media;

public static class MediaRegistration
{
    /// <summary>Registers <see cref="IMediaLinks"/> and <see cref="IMediaKeys"/>. Needs the persistence.</summary>
    public static IServiceCollection AddMediaLinks(this IServiceCollection services)
    {
        services.AddSingleton<MediaKeyRing>();
        services.AddSingleton<IMediaKeys>(provider => provider.GetRequiredService<MediaKeyRing>());
        services.AddScoped<IMediaLinks, SignedMediaLinks>();
        return services;
    }
}
