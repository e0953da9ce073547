using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Lists the labelled photos of a trial on which its two models disagree, with the blind labels that the gate decides on. Photos that wait
/// for a blind label, or that the caller is labelling blind, are left out.
/// </summary>
public static class ListTrialPhotos
{
    /// <summary>Which photos to list.</summary>
    public enum Kind
    {
        /// <summary>All that have a label.</summary>
        All,

        /// <summary>Only the challenger names the label's class.</summary>
        Gained,

        /// <summary>Only the champion names the label's class.</summary>
        Lost,
    }

    /// <param name="TrialId">The trial.</param>
    /// <param name="Kind">Which photos to list.</param>
    /// <param name="Caller">The reader. That the reader sees the models' answers is recorded.</param>
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(Guid TrialId, Kind Kind, Caller Caller, string? Cursor, int Limit) : IRequest<Response>;

    /// <param name="Items">The photos, newest first.</param>
    /// <param name="Total">Number of photos on all pages.</param>
    /// <param name="Next">Cursor of the next page; null on the last one.</param>
    public sealed record Response(IReadOnlyList<Item> Items, int Total, string? Next);

    /// <param name="PredictionId">Id of the prediction.</param>
    /// <param name="Label">Name of the class that people gave; null for "none of these classes".</param>
    /// <param name="Champion">Name of the class that the champion gives.</param>
    /// <param name="Challenger">Name of the class that the challenger gives.</param>
    public sealed record Item(Guid PredictionId, string? Label, string Champion, string Challenger);

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Kind).IsInEnum().OverridePropertyName("kind").WithMessage("'kind' must be all, gained or lost.");
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(
        IRepository<ModelTrial> trials,
        IRepository<Disagreement> disagreements,
        IRepository<Prediction> predictions,
        SampleLoader loader,
        AnswerGuard guard,
        TimeProvider time
    ) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such trial.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var trial = await trials.FirstOrDefaultAsync(new TrialById(request.TrialId), cancellationToken)
                ?? throw new NotFoundException($"Trial {request.TrialId}");
            var found = (await ReadAsync(trial, cancellationToken))
                .Where(photo =>
                    request.Kind switch
                    {
                        Kind.Gained => photo.Label == photo.Models.Challenger,
                        Kind.Lost => photo.Label == photo.Models.Champion,
                        _ => true,
                    }
                )
                .OrderByDescending(photo => TextOf(photo.Models.PredictionId), StringComparer.Ordinal)
                .ToList();
            var after = Paging.Read(request.Cursor) is { } cursor ? TextOf(cursor) : null;
            var page = found
                .Where(photo => after is null || string.CompareOrdinal(TextOf(photo.Models.PredictionId), after) < 0)
                .Take(request.Limit + 1)
                .ToList();
            return new Response(
                await ShowAsync([.. page.Take(request.Limit)], trial.Champion.Model, request.Caller, cancellationToken),
                found.Count,
                page.Count > request.Limit ? Paging.CursorOf(page[request.Limit - 1].Models.PredictionId) : null
            );
        }

        /// <summary>Reads the labelled photos as the gate does.</summary>
        private async Task<IEnumerable<(Disagreement Models, int? Label)>> ReadAsync(ModelTrial trial, CancellationToken cancellationToken)
        {
            var differing = (await disagreements.ListAsync(new DisagreementsOfTrial(trial.Id), cancellationToken)).ToDictionary(photo =>
                photo.PredictionId
            );
            if (differing.Count == 0)
                return [];
            var sample = await loader.ReadAsync(trial, time.GetUtcNow(), cancellationToken);
            return sample
                .Photos.Where(photo => photo.State == DrawnState.Labelled && !photo.IsWaiting && differing.ContainsKey(photo.PredictionId))
                .Select(photo => (differing[photo.PredictionId], photo.LabelIndex));
        }

        private async Task<IReadOnlyList<Item>> ShowAsync(
            IReadOnlyList<(Disagreement Models, int? Label)> photos,
            ModelVersion champion,
            Caller caller,
            CancellationToken cancellationToken
        )
        {
            var hidden = await guard.HiddenAsync(caller, cancellationToken);
            var hashes = (
                await predictions.ListAsync(
                    new PredictionsWithIds([.. photos.Select(photo => photo.Models.PredictionId)]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id, prediction => prediction.Photo.UploadSha256);
            // A photo that was deleted meanwhile has no hash.
            var shown = photos
                .Where(photo => hashes.TryGetValue(photo.Models.PredictionId, out var hash) && !hidden.Contains(hash))
                .ToList();
            await guard.NoteAsync(
                [.. shown.Select(photo => (hashes[photo.Models.PredictionId], photo.Models.PredictionId))],
                caller,
                cancellationToken
            );
            return
            [
                .. shown.Select(photo => new Item(
                    photo.Models.PredictionId,
                    photo.Label is { } label ? champion.Labels[label] : null,
                    champion.Labels[photo.Models.Champion],
                    champion.Labels[photo.Models.Challenger]
                )),
            ];
        }

        private static string TextOf(Guid id) => id.ToString("N");
    }
}
