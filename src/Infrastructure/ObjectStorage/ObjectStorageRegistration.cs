using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage.FileSystem;
using GourmetGram.Infrastructure.ObjectStorage.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.ObjectStorage;

public static class ObjectStorageRegistration
{
    /// <summary>Registers the object store that <see cref="ObjectStoreOptions"/> name. Needs <see cref="GourmetGramOptions"/>.</summary>
    public static IServiceCollection AddObjectStorage(this IServiceCollection services)
    {
        services.AddDataDirectory();
        services.AddSettings<ObjectStoreOptions>();
        services.AddSingleton<IValidateOptions<ObjectStoreOptions>, ObjectStoreOptionsValidator>();
        services.AddSingleton(container => new FileSystemObjectStore(
            container.GetRequiredService<DataDirectory>(), "objects", container.GetRequiredService<IOptions<GourmetGramOptions>>().Value.Durability));
        services.AddSingleton<S3Connection>();
        services.AddSingleton<S3ObjectStore>();
        services.AddSingleton<IObjectStore>(container => container.GetRequiredService<IOptions<ObjectStoreOptions>>().Value.Provider == ObjectStoreProvider.S3
            ? container.GetRequiredService<S3ObjectStore>()
            : container.GetRequiredService<FileSystemObjectStore>());
        services.AddSingleton<IStoreCircuit, StoreCircuit>();
        return services;
    }
}
