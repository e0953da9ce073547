using System.Collections.Immutable;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Resolves which labels a dataset version takes.</summary>
internal sealed class DatasetRecipe(LoopCatalogue loops, IDatasetSource source)
{
    /// <summary>Returns the names of loops and imports, sorted.</summary>
    /// <param name="names">The names that were asked for; null for every loop that people label and every import.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="NotFoundException">There is no such loop or import.</exception>
    public async Task<ImmutableArray<string>> NamesAsync(IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        var all = await loops.AllAsync(cancellationToken);
        var imports = (await source.CountImportedAsync(cancellationToken)).Keys;
        if (names is null)
            return
            [
                .. all.Where(loop => loop.Row.Surface != Surface.None)
                    .Select(loop => loop.Name)
                    .Concat(imports)
                    .Order(StringComparer.Ordinal),
            ];
        if (
            names.FirstOrDefault(name => all.All(loop => loop.Name != name) && !imports.Contains(name, StringComparer.Ordinal)) is
            { } unknown
        )
            throw new NotFoundException($"Loop or import {unknown}");
        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Returns the default recipe.</summary>
    public async Task<DatasetOptions> DefaultAsync(CancellationToken cancellationToken) =>
        new() { Loops = await NamesAsync(names: null, cancellationToken) };
}
