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
    /// <summary>
    /// Registers the object store that <see cref="ObjectStoreOptions"/> select, and each store under its <see cref="ObjectStoreProvider"/>.
    /// Needs <see cref="GourmetGramOptions"/>.
    /// </summary>
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
        services.AddSingleton(StoreOf);
        services.AddSingleton<IStoreCircuit, StoreCircuit>();
        services.AddLogging().TryAddSingleton<Outages>();
        return services;
    }

    /// <summary>
    /// Guards the object store until <see cref="StoreGuard.Confirm"/> is called. A host with a database calls this after
    /// <see cref="AddObjectStorage"/>. The stores registered under their <see cref="ObjectStoreProvider"/> are not guarded.
    /// </summary>
    public static IServiceCollection AddStoreGuard(this IServiceCollection services)
    {
        services.AddSingleton<StoreGuard>();
        return services.AddSingleton<IObjectStore>(container => new GuardedStore(
            StoreOf(container),
            container.GetRequiredService<StoreGuard>()
        ));
    }

    private static IObjectStore StoreOf(IServiceProvider container) =>
        new WatchedObjectStore(
            container.GetRequiredKeyedService<IObjectStore>(container.GetRequiredService<IOptions<ObjectStoreOptions>>().Value.Provider),
            container.GetRequiredService<Outages>()
        );
}
