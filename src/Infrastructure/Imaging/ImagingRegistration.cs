using GourmetGram.Application.Classification;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Imaging;

public static class ImagingRegistration
{
    /// <summary>Registers <see cref="IPhotoReader"/>. It needs <see cref="LimitsOptions"/>, which are registered elsewhere.</summary>
    public static IServiceCollection AddImaging(this IServiceCollection services) => services.AddSingleton<IPhotoReader, PhotoReader>();
}
