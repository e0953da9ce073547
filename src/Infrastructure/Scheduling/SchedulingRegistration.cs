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
    /// <summary>
    /// Registers <see cref="IJobs"/> and the jobs of <see cref="JobTable"/>. Nothing runs before <see cref="JobScheduler.RunAsync"/> is
    /// called. Needs the persistence services and the use cases.
    /// </summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services)
    {
        services.AddSettings<JobOptions>();
        foreach (var job in JobTable.All)
            services.AddSingleton(job);
        // Schedules are stored in our own table. Quartz needs them only in memory.
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
            provider.GetRequiredService<Outages>(),
            provider.GetRequiredService<ILogger<JobScheduler>>()
        ));
        services.AddSingleton<IJobs, JobService>();
        services.AddSingleton<JobSignal>();
        return services;
    }
}
