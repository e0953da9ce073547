using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage.FileSystem;
using GourmetGram.Infrastructure.ObjectStorage.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.ObjectStorage;

public static class ObjectStorageRegistration
{
    /// <summary>Registers the object store that <see cref="ObjectStoreOptions"/> name, and each by its <see cref="ObjectStoreProvider"/>. Needs <see cref="GourmetGramOptions"/>.</summary>
    public static IServiceCollection AddObjectStorage(this IServiceCollection services)
    {
        services.AddDataDirectory();
        services.AddSettings<ObjectStoreOptions>();
        services.AddSingleton<IValidateOptions<ObjectStoreOptions>, ObjectStoreOptionsValidator>();
        services.AddSingleton(container => new FileSystemObjectStore(
            container.GetRequiredService<DataDirectory>(),
            "objects",
            container.GetRequiredService<IOptions<GourmetGramOptions>>().Value.Durability
        ));
        services.TryAddSingleton<ConfigurationReload>();
        services.AddSingleton<S3Connection>();
        services.AddSingleton<S3ObjectStore>();
        services.AddKeyedSingleton<IObjectStore>(ObjectStoreProvider.S3, (container, _) => container.GetRequiredService<S3ObjectStore>());
        services.AddKeyedSingleton<IObjectStore>(ObjectStoreProvider.FileSystem, (container, _) =>
            container.GetRequiredService<FileSystemObjectStore>()
        );
        services.AddSingleton(container =>
            container.GetRequiredKeyedService<IObjectStore>(container.GetRequiredService<IOptions<ObjectStoreOptions>>().Value.Provider)
        );
        services.AddSingleton<IStoreCircuit, StoreCircuit>();
        return services;
    }
}
