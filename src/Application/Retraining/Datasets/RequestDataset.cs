using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Requests a dataset version. Job <c>build-dataset</c>, or <see cref="BuildDataset"/>, builds it.</summary>
public static class RequestDataset
{
    private const int LongestName = 100;

    private const int MostPhotos = 1_000_000;

    public sealed record Command : ICommand<DatasetVersionResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Datasets, "Built a dataset version");

        /// <summary>
        /// Names of the loops whose labels are taken, and of imports as <c>import:name</c>; null for every loop that people label and every
        /// import.
        /// </summary>
        public IReadOnlyList<string>? Loops { get; init; }

        /// <summary>Whether to take unchecked labels that may be wrong.</summary>
        public bool IncludeSuspects { get; init; }

        /// <summary>Photos that only the model has labelled; null for none.</summary>
        public ModelLabelOptions? ModelLabels { get; init; }

        /// <summary>Share of the groups for training, 0 to 1.</summary>
        public double TrainShare { get; init; } = 0.8;

        /// <summary>Share of the groups for choosing settings, 0 to 1.</summary>
        public double TuneShare { get; init; } = 0.2;

        /// <summary>See <see cref="DatasetOptions.Seed"/>.</summary>
        public string Seed { get; init; } = DatasetOptions.DefaultSeed;

        /// <summary>See <see cref="DatasetOptions.ClosesWindow"/>.</summary>
        public bool ClosesWindow { get; init; } = true;

        /// <summary>The person or program that requests the version, as histories show it.</summary>
        public required string By { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.TrainShare)
                .Must(share => share is > 0 and <= 1)
                .OverridePropertyName("trainShare")
                .WithMessage("'trainShare' must be above 0 and at most 1.");
            RuleFor(command => command.TuneShare)
                .Must((command, share) => share >= 0 && command.TrainShare + share <= 1 + 1e-9)
                .OverridePropertyName("tuneShare")
                .WithMessage("'tuneShare' must be at least 0, and at most 1 together with 'trainShare'.");
            RuleFor(command => command.Seed)
                .Must(seed => seed is { Length: > 0 and <= LongestName } && seed.All(char.IsAscii) && !seed.Any(char.IsControl))
                .OverridePropertyName("seed")
                .WithMessage($"'seed' must have 1 to {LongestName} ASCII characters.");
            RuleFor(command => command.Loops)
                .Must(names => names is null || (names.Count > 0 && names.All(name => name is { Length: > 0 and <= LongestName })))
                .OverridePropertyName("loops")
                .WithMessage("'loops' must name at least one loop. Leave it out to take every loop that people label.");
            RuleFor(command => command.ModelLabels!.Confidence)
                .Must(confidence => confidence is > 0 and <= 1)
                .When(command => command.ModelLabels is not null)
                .OverridePropertyName("modelLabels.confidence")
                .WithMessage("'modelLabels.confidence' must be above 0 and at most 1.");
            RuleFor(command => command.ModelLabels!.Weight)
                .Must(weight => weight is >= 0.001 and < 1)
                .When(command => command.ModelLabels is not null)
                .OverridePropertyName("modelLabels.weight")
                .WithMessage("'modelLabels.weight' must be at least 0.001 and below 1, because a label by a person has weight 1.");
            RuleFor(command => command.ModelLabels!.Limit)
                .Must(limit => limit is > 0 and <= MostPhotos)
                .When(command => command.ModelLabels is not null)
                .OverridePropertyName("modelLabels.limit")
                .WithMessage($"'modelLabels.limit' must be a whole number from 1 to {MostPhotos}.");
        }
    }

    internal sealed class Handler(IRepository<DatasetVersion> versions, DatasetRecipe recipe, IClassifier classifier, TimeProvider time)
        : IRequestHandler<Command, DatasetVersionResponse>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        /// <exception cref="ConflictException">Another version is being built.</exception>
        public async Task<DatasetVersionResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var options = new DatasetOptions
            {
                Loops = await recipe.NamesAsync(request.Loops, cancellationToken),
                IncludeSuspects = request.IncludeSuspects,
                ModelLabels = request.ModelLabels,
                TrainShare = request.TrainShare,
                TuneShare = request.TuneShare,
                Seed = request.Seed,
                ClosesWindow = request.ClosesWindow,
            };
            if (await versions.FirstOrDefaultAsync(new UnfinishedBuilds(), cancellationToken) is { } other)
                throw new ConflictException(
                    $"Another dataset version is being built (build {other.Id}). Wait until it is ready, then request this one again."
                );
            var version = DatasetVersion.Request(options, classifier.Model.Labels, request.By, time.GetUtcNow());
            versions.Add(version);
            return DatasetVersionResponse.From(version);
        }
    }
}
