using System.Security.Cryptography;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>Creates and repairs the projects of loops. Callers have to prevent concurrent calls.</summary>
internal sealed class ProjectProvisioner(
    IUnitOfWork work,
    IAnnotationPlatform platform,
    IObjectStore store,
    IRepository<AnnotationProject> projects,
    IClassifier classifier,
    ILinks links,
    IOptions<LabelingOptions> options,
    ILogger<ProjectProvisioner> logger
)
{
    private const int SecretBytes = 32;

    /// <summary>Returns the planned state of a loop's project.</summary>
    public ProjectPlan PlanOf(Loop loop, string secret)
    {
        var webhook = links.Absolute(ProjectPlan.WebhookPath);
        return new ProjectPlan
        {
            Loop = loop.Name,
            Title = loop.Strategy.Title,
            Description = loop.Strategy.Description,
            Classes = classifier.Model.Labels,
            IsBlind = loop.Row.IsBlind,
            Votes = loop.Row.Votes,
            HasPictures = options.Value.ImageLinks == ImageLinks.Object && !loop.Row.IsBlind,
            WebhookAddress =
                Uri.TryCreate(webhook, UriKind.Absolute, out var address) && address.Scheme.StartsWith("http", StringComparison.Ordinal)
                    ? webhook
                    : null,
            WebhookSecret = secret,
        };
    }

    /// <summary>Finds or creates the project of a loop, and repairs it.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="isAsked">Whether a person asked for it, see <see cref="IAnnotationPlatform.ProvisionAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the work; calling the method again continues it.</param>
    /// <exception cref="PlatformUnavailableException">The platform does not answer, or refuses.</exception>
    /// <exception cref="StoreUnavailableException">A store is down.</exception>
    public async Task<(AnnotationProject Project, ProjectState State)> EnsureAsync(
        Loop loop,
        bool isAsked,
        CancellationToken cancellationToken
    )
    {
        await store.TryPutAsync(
            TaskFile.PlaceholderOf(loop.Name),
            ReadOnlyMemory<byte>.Empty,
            "application/x-directory",
            cancellationToken
        );
        var known = await projects.FirstOrDefaultAsync(new ProjectOf(loop.Name), cancellationToken);
        var secret = known?.WebhookSecret ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        var state = await platform.ProvisionAsync(PlanOf(loop, secret), known, isAsked, cancellationToken);
        foreach (var repair in state.Repairs)
            logger.LogInformation("Label Studio, {Loop}: {Repair}", loop.Name, repair);
        foreach (var complaint in state.Complaints)
            logger.LogWarning("Label Studio, {Loop}: {Complaint}", loop.Name, complaint);
        return (await work.RunStepAsync((ProjectProvisioner step) => step.RecordAsync(loop.Name, state, secret, cancellationToken)), state);
    }

    /// <summary>Changes the row of a loop's project in a step of its own. Does nothing when there is no row.</summary>
    public Task ChangeAsync(string loop, Action<AnnotationProject> change, CancellationToken cancellationToken) =>
        work.RunStepAsync(
            async (IRepository<AnnotationProject> step) =>
            {
                var project = await step.FirstOrDefaultAsync(new ProjectOf(loop), cancellationToken);
                if (project is not null)
                    change(project);
                return project;
            }
        );

    private async Task<AnnotationProject> RecordAsync(string loop, ProjectState state, string secret, CancellationToken cancellationToken)
    {
        var row = await projects.FirstOrDefaultAsync(new ProjectOf(loop), cancellationToken);
        if (row is null)
            projects.Add(row = AnnotationProject.Found(loop, state.Parts, state.IsAdopted, state.ShowsAnswer, secret));
        else if ((row.Parts, row.IsAdopted, row.ShowsAnswer) != (state.Parts, state.IsAdopted, state.ShowsAnswer))
            row.Renew(state.Parts, state.IsAdopted, state.ShowsAnswer);
        return row;
    }
}
