using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Changes how a loop is set, and records who changed what. A change counts from the next photo on, or from the next window.</summary>
public static class ConfigureLoop
{
    /// <param name="Name">Name of the loop.</param>
    /// <param name="By">Who changes it, as the history shows it.</param>
    /// <param name="Enabled">Whether it selects; null leaves it as it is, here and below.</param>
    /// <param name="Bucket">Where labelled photos go from now on.</param>
    /// <param name="Surface">Who hands out its tasks.</param>
    /// <param name="Blind">Whether annotators see no answer of the model before they decide; for tasks made from now on.</param>
    /// <param name="Votes">How many people label each photo; for tasks made from now on.</param>
    /// <param name="DailyLimit">Most predictions selected in a day; 0 for no limit.</param>
    /// <param name="Settings">The strategy's own settings, by name, as text.</param>
    public sealed record Command(
        string Name,
        string By,
        bool? Enabled = null,
        string? Bucket = null,
        Surface? Surface = null,
        bool? Blind = null,
        int? Votes = null,
        int? DailyLimit = null,
        IReadOnlyDictionary<string, string>? Settings = null
    ) : IRequest<GetLoop.Response>;

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int NameLength = 256;

        public Validator()
        {
            RuleFor(c => c.By).MaximumLength(NameLength);
            RuleFor(c => c.Votes)
                .InclusiveBetween(1, LoopSettings.MostVotes)
                .OverridePropertyName("votes")
                .WithMessage($"Enter a whole number from 1 to {LoopSettings.MostVotes}.");
            RuleFor(c => c.DailyLimit)
                .InclusiveBetween(0, LoopSettings.HighestDailyLimit)
                .OverridePropertyName("dailyLimit")
                .WithMessage($"Enter a whole number from 0 to {LoopSettings.HighestDailyLimit}.");
            RuleFor(c => c.Bucket)
                .Must(IsBucket)
                .When(c => c.Bucket is not null)
                .OverridePropertyName("bucket")
                .WithMessage(
                    "A bucket's name has 3 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit."
                );
            RuleFor(c => c.Bucket)
                .Must(bucket => !Buckets.All.Contains(bucket, StringComparer.Ordinal))
                .When(c => c.Bucket is not null)
                .OverridePropertyName("bucket")
                .WithMessage("GourmetGram keeps other things in this bucket: choose another name.");
        }

        private static bool IsBucket(string? name) =>
            name is { Length: >= 3 and <= 63 }
            && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            && name[0] != '-'
            && name[^1] != '-';
    }

    internal sealed class Handler(
        LoopBook loops,
        ISurfaces surfaces,
        IRepository<LoopChange> changes,
        IMediator mediator,
        TimeProvider time
    ) : IRequestHandler<Command, GetLoop.Response>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        /// <exception cref="ValidationException">A setting cannot be taken; nothing was changed.</exception>
        public async Task<GetLoop.Response> Handle(Command request, CancellationToken cancellationToken)
        {
            await ConcurrentChangeException.RetryAsync(() => ChangeAsync(request, cancellationToken));
            return await mediator.Send(new GetLoop.Query(request.Name), cancellationToken);
        }

        private async Task<int> ChangeAsync(Command request, CancellationToken cancellationToken)
        {
            var all = await loops.AllAsync(cancellationToken);
            var loop = all.FirstOrDefault(found => found.Name == request.Name) ?? throw new NotFoundException($"Loop {request.Name}");
            if (all.FirstOrDefault(other => other != loop && other.Row.Bucket == request.Bucket) is { } owner)
                throw Fault("bucket", $"{owner.Strategy.Title} puts its photos into this bucket: choose another name.");
            var current = loop.Row.Current;
            if (request.Surface is { } surface && surface != current.Surface && surfaces.FindHindrance(surface) is { } hindrance)
                throw Fault("surface", hindrance);
            var changed = loop.Row.Change(
                new LoopSettings(
                    request.Enabled ?? current.IsEnabled,
                    request.Bucket ?? current.Bucket,
                    request.Surface ?? current.Surface,
                    request.Blind ?? current.IsBlind,
                    request.Votes ?? current.Votes,
                    request.DailyLimit ?? current.DailyLimit,
                    current.Settings.SetItems(Check(loop.Strategy, request.Settings))
                ),
                request.By,
                time.GetUtcNow()
            );
            foreach (var change in changed)
                changes.Add(change);
            await changes.SaveChangesAsync(cancellationToken);
            return changed.Length;
        }

        private static Dictionary<string, string> Check(Strategy strategy, IReadOnlyDictionary<string, string>? given)
        {
            var fields = SettingField.Of(strategy.DefaultSettings.GetType());
            var (checkedValues, faults) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<ValidationFailure>());
            foreach (var (name, text) in given ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                var field = fields.FirstOrDefault(known => known.Name == name);
                var fault = field is null
                    ? $"There is no such setting. {Names(fields.Select(known => known.Name))}"
                    : field.FindFault(text.Trim());
                if (fault is not null)
                    faults.Add(new ValidationFailure(name, fault));
                else
                    checkedValues[name] = text.Trim();
            }

            return faults.Count == 0 ? checkedValues : throw new ValidationException(faults);
        }

        private static string Names(IEnumerable<string> names) =>
            names.ToList() is { Count: > 0 } some
                ? $"The settings are: {string.Join(", ", some)}."
                : "This loop has no settings of its own.";

        private static ValidationException Fault(string field, string message) => new([new ValidationFailure(field, message)]);
    }
}
