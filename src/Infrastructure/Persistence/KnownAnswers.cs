using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Reads along the index of predictions by upload hash, the index of feedback by prediction, and the key of answers that were already read.
/// </summary>
internal sealed class KnownAnswers(GourmetGramDbContext context) : IKnownAnswers
{
    public Task<IReadOnlyDictionary<(Actor Person, string Photo), DateTimeOffset>> SinceAsync(
        IReadOnlyCollection<Actor> people,
        IReadOnlyCollection<string> photos,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<(Actor Person, string Photo), DateTimeOffset>>(async () =>
        {
            var copies = context.Set<Prediction>().Where(p => photos.Contains(p.Photo.UploadSha256));
            var made = copies
                .Where(p => people.Contains(p.Maker))
                .Select(p => new
                {
                    Person = p.Maker,
                    Photo = p.Photo.UploadSha256,
                    At = p.CreatedAt,
                });
            var said = copies.Join(
                context.Set<UserFeedback>().Where(f => people.Contains(f.Rater)),
                p => p.Id,
                f => f.PredictionId,
                (p, f) =>
                    new
                    {
                        Person = f.Rater,
                        Photo = p.Photo.UploadSha256,
                        At = f.CreatedAt,
                    }
            );
            var read = context
                .Set<SeenAnswer>()
                .Where(s => people.Contains(s.Person) && photos.Contains(s.PhotoSha256))
                .Select(s => new
                {
                    s.Person,
                    Photo = s.PhotoSha256,
                    At = s.SeenAt,
                });
            var found = await made.Concat(said).Concat(read).ToListAsync(cancellationToken);
            return found.GroupBy(row => (row.Person, row.Photo)).ToDictionary(group => group.Key, group => group.Min(row => row.At));
        });

    public Task<IReadOnlyDictionary<string, Actor>> AccountsAsync(
        IReadOnlyCollection<string> emails,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<string, Actor>>(async () =>
        {
            var wanted = emails.Distinct(StringComparer.Ordinal).ToDictionary(email => email, Normalize, StringComparer.Ordinal);
            var normalized = wanted.Values.ToList();
            var users = await context
                .Users.Where(user => normalized.Contains(user.NormalizedUserName!) || normalized.Contains(user.NormalizedEmail!))
                .Select(user => new
                {
                    user.Id,
                    user.NormalizedUserName,
                    user.NormalizedEmail,
                })
                .ToListAsync(cancellationToken);
            return wanted
                .Select(pair =>
                    (pair.Key, User: users.Find(user => user.NormalizedUserName == pair.Value || user.NormalizedEmail == pair.Value))
                )
                .Where(pair => pair.User is not null)
                .ToDictionary(pair => pair.Key, pair => new Actor(ActorKind.Account, pair.User!.Id.ToString()), StringComparer.Ordinal);
        });

    public Task<IReadOnlyDictionary<string, Guid>> OtherCopiesAsync(
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<string, Guid>>(async () =>
        {
            var photos = context.Set<Prediction>().Where(p => predictionIds.Contains(p.Id)).Select(p => p.Photo.UploadSha256);
            var found = await context
                .Set<Prediction>()
                .Where(p => photos.Contains(p.Photo.UploadSha256) && !predictionIds.Contains(p.Id))
                .Select(p => new { p.Id, Photo = p.Photo.UploadSha256 })
                .ToListAsync(cancellationToken);
            return found
                .GroupBy(row => row.Photo, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Min(row => row.Id), StringComparer.Ordinal);
        });

    /// <summary>Normalises an email address as ASP.NET Core Identity does.</summary>
    private static string Normalize(string email) => email.Normalize().ToUpperInvariant();
}
