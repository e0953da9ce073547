using System.Security.Cryptography;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>Keeps the projects of loops as they should be. Whoever calls it makes sure that nobody else does.</summary>
internal sealed class ProjectKeeper(
    IAnnotationPlatform platform,
    IObjectStore store,
    IRepository<AnnotationProject> projects,
    IClassifier classifier,
    ILinks links,
    IOptions<LabelingOptions> options,
    ILogger<ProjectKeeper> logger
)
{
    private const int SecretBytes = 32;

    /// <summary>What the project of a loop should be.</summary>
    public ProjectPlan PlanOf(Loop loop, string secret)
    {
        var webhook = links.Absolute(ProjectPlan.WebhookPath);
        return new ProjectPlan(
            loop.Name,
            loop.Strategy.Title,
            loop.Strategy.Description,
            classifier.Model.Labels,
            loop.Row.IsBlind,
            loop.Row.Votes,
            options.Value.ImageLinks == ImageLinks.Object && !loop.Row.IsBlind,
            Uri.TryCreate(webhook, UriKind.Absolute, out var address) && address.Scheme.StartsWith("http", StringComparison.Ordinal)
                ? webhook
                : null,
            secret
        );
    }

    /// <summary>Finds or makes the project of a loop, and puts it right.</summary>
    /// <exception cref="PlatformUnavailableException">The platform does not answer, or refuses.</exception>
    /// <exception cref="StoreUnavailableException">A store is away.</exception>
    public async Task<(AnnotationProject Project, ProjectState State)> EnsureAsync(Loop loop, CancellationToken cancellationToken)
    {
        await store.TryPutAsync(
            TaskFile.PlaceholderOf(loop.Name),
            ReadOnlyMemory<byte>.Empty,
            "application/x-directory",
            cancellationToken
        );
        var known = await projects.FirstOrDefaultAsync(new ProjectOf(loop.Name), cancellationToken);
        var secret = known?.WebhookSecret ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        var state = await platform.ProvisionAsync(PlanOf(loop, secret), known, cancellationToken);
        foreach (var repair in state.Repairs)
            logger.LogInformation("Label Studio, {Loop}: {Repair}", loop.Name, repair);
        foreach (var complaint in state.Complaints)
            logger.LogWarning("Label Studio, {Loop}: {Complaint}", loop.Name, complaint);
        var project = await ConcurrentChangeException.RetryAsync(async () =>
        {
            var row = await projects.FirstOrDefaultAsync(new ProjectOf(loop.Name), cancellationToken);
            if (row is null)
                projects.Add(row = AnnotationProject.Found(loop.Name, state.Parts, state.IsAdopted, state.ShowsAnswer, secret));
            else if ((row.Parts, row.IsAdopted, row.ShowsAnswer) != (state.Parts, state.IsAdopted, state.ShowsAnswer))
                row.Renew(state.Parts, state.IsAdopted, state.ShowsAnswer);
            await projects.SaveChangesAsync(cancellationToken);
            return row;
        });
        return (project, state);
    }

    /// <summary>Writes down what became of a project's tasks.</summary>
    public Task ChangeAsync(string loop, Action<AnnotationProject> change, CancellationToken cancellationToken) =>
        ConcurrentChangeException.RetryAsync(async () =>
        {
            if (await projects.FirstOrDefaultAsync(new ProjectOf(loop), cancellationToken) is { } project)
            {
                change(project);
                await projects.SaveChangesAsync(cancellationToken);
            }

            return true;
        });
}
