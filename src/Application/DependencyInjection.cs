using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GourmetGram.Application;

public static class DependencyInjection
{
    /// <summary>Registers every use case of this assembly: handlers and validators are found by scanning, so a new file is enough.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        var assembly = typeof(DependencyInjection).Assembly;
        services.AddScoped<IMediator, Mediator>();
        services.AddScoped<ServiceFactory>(provider => provider.GetRequiredService!);
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        foreach (var handler in assembly.GetTypes().Where(type => !type.IsAbstract))
        {
            foreach (
                var contract in handler
                    .GetInterfaces()
                    .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))
            )
                services.AddTransient(contract, handler);
        }

        // Validators are internal: without this flag none would be found, silently.
        services.AddValidatorsFromAssembly(assembly, includeInternalTypes: true);

        services.AddSingleton<ClassificationMetrics>();
        services.AddScoped<PhotoClassification>();
        services.AddSingleton<SpoolMetrics>();
        services.AddScoped<PhotoKeeper>();
        services.AddScoped<PhotoImages>();
        services.AddScoped<SpoolDrain>();
        services.AddScoped<TagWriter>();
        services.AddScoped<PredictionErasure>();
        services.AddSingleton<Thumbnails>();
        services.AddScoped<IPredictionFacts, FeedbackFacts>();
        services.AddScoped<IPredictionErasure, FeedbackErasure>();
        services.AddScoped<IPhotoExport, PhotoExport>();
        services.AddSingleton(new StrategyCatalogue(typeof(Strategy).Assembly));
        services.AddScoped<LoopBook>();
        services.AddScoped<SamplingKeys>();
        services.AddScoped<FloodLimit>();
        services.AddScoped<FeedbackOrigin>();
        services.TryAddScoped<ICallerAddress, NoCallerAddress>();
        services.AddScoped<ISurfaces, Surfaces>();
        services.AddScoped<TaskMaker>();
        services.AddScoped<LabelDesk>();
        services.AddScoped<AnnotationDesk>();
        services.AddScoped<PhotoFinder>();
        services.AddScoped<Quarantine>();
        services.AddScoped<OutputDesk>();
        services.AddScoped<CorrectionDesk>();
        services.AddScoped<Collector>();
        services.AddScoped<ProjectKeeper>();
        services.AddScoped<TaskPublisher>();
        services.AddScoped<ImportDesk>();
        services.AddScoped<PlatformDesk>();
        services.AddScoped<RecallDesk>();
        services.AddScoped<IPredictionErasure, LabelingErasure>();
        services.AddScoped<IDatasetExport, DatasetExport>();
        return services;
    }
}
