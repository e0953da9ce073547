using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GourmetGram.Application;

public static class DependencyInjection
{
    /// <summary>
    /// Registers every use case of this assembly: handlers and validators are found by scanning, so a new file is enough.
    /// </summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        var assembly = typeof(DependencyInjection).Assembly;
        services.AddScoped<IMediator, Mediator>();
        services.AddScoped<ServiceFactory>(provider => provider.GetRequiredService!);
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(AuditBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(StepBehavior<,>));
        foreach (var handler in assembly.GetTypes().Where(type => !type.IsAbstract))
        {
            foreach (
                var contract in handler
                    .GetInterfaces()
                    .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))
            )
            {
                services.AddTransient(contract, handler);
                // A handler that runs several steps resolves itself in the scope of each.
                services.AddTransient(handler);
            }
        }

        // Validators are internal: without this flag none would be found, silently.
        services.AddValidatorsFromAssembly(assembly, includeInternalTypes: true);

        services.AddSingleton<ClassificationMetrics>();
        services.AddSingleton<AnsweringModels>();
        services.AddScoped<PhotoClassification>();
        services.AddScoped<UploadQuota>();
        services.AddSingleton<UploadCounters>();
        services.AddSingleton<SpoolMetrics>();
        services.AddScoped<PhotoStorage>();
        services.AddScoped<PhotoImages>();
        services.AddScoped<SpoolDrain>();
        services.AddScoped<TagWriter>();
        services.AddScoped<MissingPhotos>();
        services.AddScoped<Orphans>();
        services.AddScoped<OrphanScan>();
        services.AddScoped<StoreOwnership>();
        services.AddScoped<PredictionErasure>();
        services.AddSingleton<Thumbnails>();
        services.AddScoped<IPredictionFacts, FeedbackFacts>();
        services.AddScoped<IPredictionErasure, FeedbackErasure>();
        services.AddScoped<IPhotoExport, PhotoExport>();
        services.AddSingleton(new StrategyCatalogue(typeof(Strategy).Assembly));
        services.AddScoped<FeedbackSeed>();
        services.AddScoped<ISeed>(provider => provider.GetRequiredService<FeedbackSeed>());
        services.AddScoped<LoopCatalogue>();
        services.AddScoped<SamplingKeys>();
        services.AddScoped<FloodLimit>();
        services.AddScoped<WaitingList>();
        services.AddScoped<FeedbackLedger>();
        services.AddScoped<FeedbackOrigin>();
        services.TryAddSingleton<ICallerAddress, NoCallerAddress>();
        services.TryAddSingleton<IAuditedCaller, NoAuditedCaller>();
        services.AddSingleton<AuditScope>();
        services.AddScoped<ISurfaces, Surfaces>();
        services.AddScoped<TaskMaker>();
        services.AddScoped<LabelRecorder>();
        services.AddScoped<PlantedTasks>();
        services.AddScoped<AnnotationImporter>();
        services.AddScoped<PhotoFinder>();
        services.AddScoped<Quarantine>();
        services.AddScoped<OutputReader>();
        services.AddScoped<CorrectionExporter>();
        services.AddScoped<Collector>();
        services.AddScoped<ProjectProvisioner>();
        services.AddScoped<TaskPublisher>();
        services.AddScoped<TaskImporter>();
        services.AddScoped<PlatformReader>();
        services.AddScoped<PeriodResolver>();
        services.AddScoped<SampleLoader>();
        services.AddScoped<RememberedResults>();
        services.AddSingleton<ResultCache>();
        services.AddScoped<SuspectLoader>();
        services.AddScoped<SuspectFinder>();
        services.AddScoped<ResultStore>();
        services.AddScoped<FolderImport>();
        services.AddScoped<DriftFinder>();
        services.AddScoped<LabelErrorFinder>();
        services.AddScoped<AnnotatorComparison>();
        services.AddScoped<AlertRules>();
        services.AddScoped<AlertRecorder>();
        services.AddScoped<AccuracyLooks>();
        services.AddScoped<AccuracySnapshots>();
        services.AddScoped<OperationChecks>();
        services.AddSingleton<OperationGrace>();
        services.AddSingleton<IOperationProbe, ObjectStoreProbe>();
        services.AddSingleton<MonitoringMetrics>();
        services.AddScoped<MonitoringMetricsReader>();
        services.AddScoped<TaskRecaller>();
        services.AddScoped<IPredictionErasure, LabelingErasure>();
        services.AddScoped<AnswerGuard>();
        services.AddScoped<IAnswerGuard>(provider => provider.GetRequiredService<AnswerGuard>());
        services.AddScoped<IPhotoAliases, TaskPhotos>();
        services.AddScoped<ILabelledPhotos, LabelledPhotos>();
        services.AddScoped<IDatasetExport, DatasetExport>();
        services.AddScoped<DisagreementSampler>();
        services.AddScoped<ServingHistory>();
        services.AddSingleton<ServingMemory>();
        services.AddScoped<ServingFollower>();
        services.AddScoped<IServingFollower>(provider => provider.GetRequiredService<ServingFollower>());
        services.AddScoped<ModelOpener>();
        services.AddSingleton<ShadowRunner>();
        services.AddKeyedSingleton<IShadow>(IShadow.Direct, (provider, _) => provider.GetRequiredService<ShadowRunner>());
        services.TryAddSingleton<IShadow>(provider => provider.GetRequiredService<ShadowRunner>());
        services.AddSingleton<ShadowMemory>();
        services.AddScoped<ShadowFollower>();
        services.AddScoped<IShadowFollower>(provider => provider.GetRequiredService<ShadowFollower>());
        services.AddScoped<IOperationProbe, ShadowProbe>();
        services.AddScoped<TrialGate>();
        services.AddScoped<TrialSupply>();
        services.AddScoped<MeasuredPhotos>();
        services.AddScoped<ModelComparison>();
        services.AddScoped<PoolAnswers>();
        services.AddScoped<TrialStart>();
        services.AddScoped<PhotoAnswers>();
        services.AddScoped<PipelinePool>();
        services.AddScoped<PipelineReader>();
        services.AddScoped<PipelineTriggers>();
        services.AddScoped<DatasetAssembler>();
        services.AddScoped<DatasetManifest>();
        services.AddScoped<DatasetFinder>();
        services.AddScoped<ITrainingSetReader, TrainingSetReader>();
        services.AddScoped<IDatasetPhotos, DatasetPhotos>();
        services.AddScoped<ILabelledPhotos, ImportedPhotos>();
        services.AddScoped<IPredictionErasure, DatasetErasure>();
        services.AddScoped<DatasetRecipe>();
        return services;
    }

    /// <summary>Registers what makes a host with a loaded model serve: its model is registered at each start.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddScoped<ServingSeed>();
        services.AddScoped<ISeed>(provider => provider.GetRequiredService<ServingSeed>());
        return services;
    }
}
