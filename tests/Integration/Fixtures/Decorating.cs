using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Fixtures;

internal static class Decorating
{
    /// <summary>Puts something of a test between a service, as it was registered last, and those who use it.</summary>
    public static void Decorate<TService>(this IServiceCollection services, Func<TService, TService> wrap)
        where TService : class
    {
        var real = services.Last(service => service.ServiceType == typeof(TService));
        services.Remove(real);
        services.AddSingleton(provider =>
            wrap(
                (TService)(
                    real.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!)
                )
            )
        );
    }
}
