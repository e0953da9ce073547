using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Changes the settings of a loop and records who changed what. Changes apply to new photos, or from the next window on. A change of votes
/// also applies to undecided tasks. Photos that wait for the loop are checked again.
/// </summary>
public static class ConfigureLoop
{
    public sealed record Command : IRequest<GetLoop.Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Loops, "Changed a loop", Name);

        /// <summary>Name of the loop.</summary>
        public required string Name { get; init; }

        /// <summary>The person who makes the change, for the history.</summary>
        public required string By { get; init; }

        /// <summary>Whether the loop selects. Null leaves this setting unchanged; the same applies to the settings below.</summary>
        public bool? Enabled { get; init; }

        /// <summary>Bucket for photos labelled from now on.</summary>
        public string? Bucket { get; init; }

        /// <summary>The labelling tool that hands out the loop's tasks.</summary>
        public Surface? Surface { get; init; }

        /// <summary>Whether annotators label without seeing the model's answer; applies to tasks created from now on.</summary>
        public bool? Blind { get; init; }

        /// <summary>Number of people who label each photo; also applies to undecided tasks.</summary>
        public int? Votes { get; init; }

        /// <summary>Most predictions selected per day; 0 for no limit.</summary>
        public int? DailyLimit { get; init; }

        /// <summary>The strategy's own settings, by name, as text.</summary>
        public IReadOnlyDictionary<string, string>? Settings { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int NameLength = 256;

        public Validator() => RuleFor(c => c.By).MaximumLength(NameLength);
    }

    internal sealed class Handler(
        IUnitOfWork work,
        LoopCatalogue loops,
        ISurfaces surfaces,
        IRepository<LoopChange> changes,
        IMediator mediator,
        TimeProvider time
    ) : IRequestHandler<Command, GetLoop.Response>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        /// <exception cref="ValidationException">A setting is not valid; nothing was changed.</exception>
        public async Task<GetLoop.Response> Handle(Command request, CancellationToken cancellationToken)
        {
            await work.RunStepAsync((Handler step) => step.ChangeAsync(request, cancellationToken));
            return await mediator.Send(new GetLoop.Query(request.Name), cancellationToken);
        }

        private async Task<int> ChangeAsync(Command request, CancellationToken cancellationToken)
        {
            var all = await loops.AllAsync(cancellationToken);
            var loop = all.FirstOrDefault(found => found.Name == request.Name) ?? throw new NotFoundException($"Loop {request.Name}");
            var current = loop.Row.Current;
            List<ValidationFailure> faults = [.. FindFaults(request)];
            if (all.FirstOrDefault(other => other != loop && other.Row.Bucket == request.Bucket) is { } owner)
                faults.Add(new ValidationFailure("bucket", $"{owner.Strategy.Title} already uses this bucket. Choose another name."));
            if (request.Surface is { } surface && surface != current.Surface && surfaces.FindHindrance(surface) is { } hindrance)
                faults.Add(new ValidationFailure("surface", hindrance));
            var settings = Check(loop.Strategy, request.Settings, faults);
            // All faults are reported together, so that the sender can correct them in one pass.
            if (faults.Count > 0)
                throw new ValidationException(faults);
            var changed = loop.Row.Change(
                new LoopSettings(
                    request.Enabled ?? current.IsEnabled,
                    request.Bucket ?? current.Bucket,
                    request.Surface ?? current.Surface,
                    request.Blind ?? current.IsBlind,
                    request.Votes ?? current.Votes,
                    request.DailyLimit ?? current.DailyLimit,
                    current.Settings.SetItems(settings)
                ),
                request.By,
                time.GetUtcNow()
            );
            foreach (var change in changed)
                changes.Add(change);
            return changed.Length;
        }

        /// <summary>Finds faults in the settings that all loops have.</summary>
        private static IEnumerable<ValidationFailure> FindFaults(Command request)
        {
            if (request.Votes is < 1 or > LoopSettings.MostVotes)
                yield return new ValidationFailure("votes", $"Enter a whole number from 1 to {LoopSettings.MostVotes}.");
            if (request.DailyLimit is < 0 or > LoopSettings.HighestDailyLimit)
                yield return new ValidationFailure("dailyLimit", $"Enter a whole number from 0 to {LoopSettings.HighestDailyLimit}.");
            if (request.Bucket is not null && !IsBucket(request.Bucket))
                yield return new ValidationFailure(
                    "bucket",
                    "A bucket name needs 3 to 63 lower-case letters, digits and hyphens. It must start and end with a letter or digit."
                );
            if (Buckets.All.Contains(request.Bucket, StringComparer.Ordinal))
                yield return new ValidationFailure("bucket", "GourmetGram uses this bucket for other data. Choose another name.");
        }

        private static bool IsBucket(string? name) =>
            name is { Length: >= 3 and <= 63 }
            && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            && name[0] != '-'
            && name[^1] != '-';

        private static Dictionary<string, string> Check(
            Strategy strategy,
            IReadOnlyDictionary<string, string>? given,
            List<ValidationFailure> faults
        )
        {
            var fields = SettingField.Of(strategy.DefaultSettings.GetType());
            var checkedValues = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, text) in given ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                var field = fields.FirstOrDefault(known => known.Name == name);
                var fault = field is null
                    ? $"This setting does not exist. {Names(fields.Select(known => known.Name))}"
                    : field.FindFault(text.Trim());
                if (fault is not null)
                    faults.Add(new ValidationFailure(name, fault));
                else
                    checkedValues[name] = text.Trim();
            }

            return checkedValues;
        }

        private static string Names(IEnumerable<string> names) =>
            names.ToList() is { Count: > 0 } some
                ? $"The settings are: {string.Join(", ", some)}."
                : "This loop has no settings of its own.";
    }
}
