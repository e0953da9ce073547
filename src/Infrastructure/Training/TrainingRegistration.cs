using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Training;

public static class TrainingRegistration
{
    /// <summary>Registers the program that trains whole models.</summary>
    public static IServiceCollection AddModelTrainer(this IServiceCollection services)
    {
        services.AddSettings<TrainerOptions>();
        services.AddScoped<IModelTrainer, ModelTrainer>();
        return services;
    }
}
