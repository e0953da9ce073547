using System.Text.Json;
using Ardalis.Specification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>A result and when it was computed.</summary>
/// <param name="Content">The result.</param>
/// <param name="ComputedAt">When it was computed, UTC.</param>
internal sealed record Stored<T>(T Content, DateTimeOffset ComputedAt);

/// <summary>Keeps the last result of each expensive computation, so that a request need not repeat it.</summary>
internal sealed class ResultStore(IRepository<MonitoringResult> results, IUnitOfWork work, TimeProvider time)
{
    /// <summary>To be raised whenever a member of a stored result gets another name or meaning.</summary>
    private const int Format = 1;

    /// <summary>Returns the result with a name; null if there is none about exactly this period.</summary>
    public async Task<Stored<T>?> FindAsync<T>(string name, Period period, CancellationToken cancellationToken) =>
        await results.FirstOrDefaultAsync(new ResultOf(name), cancellationToken) is { Format: Format } found
        && (found.From, found.To) == (period.From, period.To)
            ? new Stored<T>(JsonSerializer.Deserialize<T>(found.Content, JsonSerializerOptions.Web)!, found.ComputedAt)
            : null;

    /// <summary>Replaces the result with a name, in a step of its own.</summary>
    public async Task SaveAsync<T>(string name, Period period, T content, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(content, JsonSerializerOptions.Web);
        await work.RunStepAsync((ResultStore step) => step.ReplaceAsync(name, period, text, cancellationToken));
    }

    /// <summary>Removes the result with a name, so that requests compute it, in a step of its own.</summary>
    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        work.RunStepAsync((ResultStore step) => step.DeleteAsync(name, cancellationToken));

    private async Task<bool> ReplaceAsync(string name, Period period, string content, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await results.FirstOrDefaultAsync(new ResultOf(name), cancellationToken) is { } found)
        {
            found.Replace(period.From, period.To, Format, content, now);
            return true;
        }

        results.Add(MonitoringResult.Record(name, period.From, period.To, Format, content, now));
        return true;
    }

    private async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (await results.FirstOrDefaultAsync(new ResultOf(name), cancellationToken) is not { } found)
            return false;
        results.Remove(found);
        return true;
    }

    /// <summary>The result with this name, tracked for changes.</summary>
    private sealed class ResultOf : Specification<MonitoringResult>
    {
        public ResultOf(string name)
        {
            Query.Where(result => result.Name == name);
        }
    }
}
