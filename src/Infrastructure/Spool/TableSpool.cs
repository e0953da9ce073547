using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Spool;

/// <summary>A photo in the spool, as a row.</summary>
internal sealed class SpoolRow
{
    public required string Name { get; init; }

    public required byte[] Content { get; init; }

    /// <summary>Length of the content, so that measuring does not read the content.</summary>
    public required long Bytes { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>Why the photo cannot be used; null while it waits.</summary>
    public string? SetAsideReason { get; set; }
}

/// <summary>Stores waiting photos in a table, in the transaction of their predictions. Every node can read and drain it.</summary>
internal sealed class TableSpool(GourmetGramDbContext context, IOptions<LimitsOptions> limits, TimeProvider time) : IPhotoSpool
{
    private DbSet<SpoolRow> Rows => context.Set<SpoolRow>();

    private IQueryable<SpoolRow> Waiting => Rows.Where(row => row.SetAsideReason == null);

    public async Task AddAsync(Prediction prediction, byte[] photo, CancellationToken cancellationToken)
    {
        if (await context.GuardAsync(() => Rows.SumAsync(row => row.Bytes, cancellationToken)) + photo.Length > limits.Value.SpoolBytes)
            throw SpoolFull.Exception(limits.Value);
        Rows.Add(
            new SpoolRow
            {
                Name = PhotoName.Of(prediction),
                Content = photo,
                Bytes = photo.Length,
                AddedAt = time.GetUtcNow(),
            }
        );
    }

    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        await context.GuardAsync(() =>
            Waiting.Where(row => row.Name == name).Select(row => row.Content).FirstOrDefaultAsync(cancellationToken)
        )
            is { } content
            ? new MemoryStream(content, writable: false)
            : null;

    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        context.GuardAsync(() => Waiting.Where(row => row.Name == name).ExecuteDeleteAsync(cancellationToken));

    public Task SetAsideAsync(string name, string reason, CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
            Waiting
                .Where(row => row.Name == name)
                .ExecuteUpdateAsync(row => row.SetProperty(r => r.SetAsideReason, reason), cancellationToken)
        );

    public async IAsyncEnumerable<SpooledPhoto> ListAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        const int Page = 500;
        var last = "";
        List<SpooledPhoto> page;
        do
        {
            page = await context.GuardAsync(() =>
                Waiting
                    .Where(row => string.Compare(row.Name, last) > 0)
                    .OrderBy(row => row.Name)
                    .Take(Page)
                    .Select(row => new SpooledPhoto(row.Name, row.Bytes, row.AddedAt))
                    .ToListAsync(cancellationToken)
            );
            foreach (var photo in page)
                yield return photo;
            last = page.Count > 0 ? page[^1].Name : last;
        } while (page.Count == Page);
    }

    public Task<SpoolState> MeasureAsync(CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var setAside = await Rows.CountAsync(row => row.SetAsideReason != null, cancellationToken);
            var photos = await Waiting.CountAsync(cancellationToken);
            return photos == 0
                ? new SpoolState(Photos: 0, Bytes: 0, OldestAt: null, setAside)
                : new SpoolState(
                    photos,
                    await Rows.SumAsync(row => row.Bytes, cancellationToken),
                    await Waiting.MinAsync(row => (DateTimeOffset?)row.AddedAt, cancellationToken),
                    setAside
                );
        });
}
