using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application;
using GourmetGram.Application.Access;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Infrastructure.Media;
using GourmetGram.Infrastructure.Messaging;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Infrastructure.Spool;
using GourmetGram.Infrastructure.Training;
using GourmetGram.WebApi.Access;
using GourmetGram.WebApi.Retraining;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Registers the services that the server and the commands share.</summary>
internal static class Composition
{
    /// <summary>
    /// Registers settings, use cases and adapters. The caller must register <see cref="Application.Common.ILinks"/>, because only the
    /// caller knows its own address.
    /// </summary>
    public static IServiceCollection AddGourmetGram(this IServiceCollection services, ConfigurationManager configuration)
    {
        configuration.AddSecretFiles(SettingsTypes.All);
        services.AddSingleton(TimeProvider.System);
        services.AddApplication();
        services
            .AddSettings<LimitsOptions>()
            .AddSettings<LabelingOptions>()
            .AddSettings<LabOptions>()
            .AddSettings<ApiOptions>()
            .AddSettings<RetrainingOptions>()
            .AddSettings<MetricsOptions>()
            .AddSettings<AuditOptions>()
            .AddSettings<QuotaOptions>()
            .AddSettings<RetentionOptions>()
            .AddSettings<SecondFactorOptions>()
            .AddSettings<AuthoritiesOptions>()
            .AddSettings<AccountSessionOptions>()
            .AddSettings<DisplayOptions>();
        services.AddSingleton<IValidateOptions<AuthoritiesOptions>, AuthoritiesOptionsValidator>();
        services.AddSettings<GourmetGramOptions>();
        services.AddDataDirectory();
        services.AddPersistence();
        services.AddObjectStorage();
        services.AddStoreGuard();
        services.AddSpool();
        services.AddScheduling();
        services.AddMediaLinks();
        services.AddLabelStudio();
        services.AddMessaging();
        services.AddImaging();
        services.AddOnnxClassifier();
        services.AddServing();
        services.AddModelTrainer();
        services.AddSingleton<Preparation>();
        services.AddSingleton<ServingWatch>();
        services.AddScoped<DatasetExports>();
        return services;
    }

    /// <summary>Creates the JSON options of the API, for clients of the API.</summary>
    public static JsonSerializerOptions CreateJson()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(json);
        return json;
    }

    /// <summary>Sets the JSON options of the API.</summary>
    public static void Configure(JsonSerializerOptions json)
    {
        json.NumberHandling = JsonNumberHandling.Strict;
        json.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        json.Converters.Add(new UtcTimeConverter());
    }
}
