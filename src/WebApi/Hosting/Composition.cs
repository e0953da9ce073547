using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Infrastructure.Media;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Infrastructure.Spool;

namespace GourmetGram.WebApi.Hosting;

/// <summary>What the server and the commands have in common.</summary>
internal static class Composition
{
    /// <summary>Registers settings, use cases and adapters. <see cref="Application.Common.ILinks"/> is the caller's to add: who answers knows its address.</summary>
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
            .AddSettings<MetricsOptions>();
        services.AddSettings<GourmetGramOptions>();
        services.AddDataDirectory();
        services.AddPersistence();
        services.AddObjectStorage();
        services.AddSpool();
        services.AddScheduling();
        services.AddMediaLinks();
        services.AddLabelStudio();
        services.AddImaging();
        services.AddOnnxClassifier();
        services.AddSingleton<Preparation>();
        return services;
    }

    /// <summary>JSON as the API speaks it, for those who call it.</summary>
    public static JsonSerializerOptions CreateJson()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(json);
        return json;
    }

    /// <summary>JSON as the API speaks it.</summary>
    public static void Configure(JsonSerializerOptions json)
    {
        json.NumberHandling = JsonNumberHandling.Strict;
        json.Converters.Add(new JsonStringEnumConverter());
        json.Converters.Add(new UtcTimeConverter());
    }
}
