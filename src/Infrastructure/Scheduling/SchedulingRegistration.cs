using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Quartz;

namespace GourmetGram.Infrastructure.Scheduling;

public static class SchedulingRegistration
{
    /// <summary>Registers <see cref="IJobs"/> and every <see cref="IScheduledJob"/> of this assembly; nothing runs before <see cref="JobScheduler.RunAsync"/> is called. Needs the persistence and the use cases.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services)
    {
        services.AddSettings<JobOptions>();
        foreach (
            var job in typeof(IScheduledJob)
                .Assembly.GetTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IScheduledJob).IsAssignableFrom(type))
        )
            services.AddScoped(typeof(IScheduledJob), job);
        // Schedules are kept in our own table: Quartz only needs to know them while it runs.
        services.AddQuartz();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobCatalogue>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton(provider => new JobScheduler(
            provider.GetRequiredService<ISchedulerFactory>(),
            provider.GetRequiredService<JobRunner>(),
            provider.GetRequiredService<JobStore>(),
            provider.GetRequiredService<JobCatalogue>(),
            provider.GetRequiredService<DatabaseLocation>(),
            provider.GetRequiredService<IOptions<JobOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<JobScheduler>>()
        ));
        services.AddSingleton<IJobs, JobDesk>();
        services.AddSingleton<JobBell>();
        return services;
    }
}
