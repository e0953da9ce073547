using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage.FileSystem;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.ObjectStorage;

public static class ObjectStorageRegistration
{
    /// <summary>Registers the object store: the folder <c>objects</c> in the data directory. Needs <see cref="GourmetGramOptions"/>.</summary>
    public static IServiceCollection AddObjectStorage(this IServiceCollection services)
    {
        services.AddDataDirectory();
        services.AddSingleton<IObjectStore, FileSystemObjectStore>();
        return services;
    }
}
