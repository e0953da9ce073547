using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Finds out whether a webhook belongs to one of our projects, by its secret. The webhook's content is ignored, because the sync that
/// follows reads the current state.
/// </summary>
public static class HearWebhook
{
    /// <param name="Secret">The secret that came with the webhook; null when there was none.</param>
    public sealed record Command(string? Secret) : ICommand<Response>;

    /// <param name="IsOurs">Whether the secret belongs to a project.</param>
    public sealed record Response(bool IsOurs);

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int SecretLength = 1000;

        public Validator()
        {
            RuleFor(c => c.Secret).MaximumLength(SecretLength).WithMessage("The secret is too long.");
        }
    }

    internal sealed class Handler(IRepository<AnnotationProject> projects, TimeProvider time) : IRequestHandler<Command, Response>
    {
        /// <summary>
        /// Minimum time between two updates of <see cref="AnnotationProject.HeardAt"/>: people label every second, and not each label needs
        /// a write.
        /// </summary>
        private static readonly TimeSpan Exactness = TimeSpan.FromSeconds(30);

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var given = Encoding.UTF8.GetBytes(request.Secret ?? "");
            AnnotationProject? ringing = null;
            // Every secret is compared, each in constant time, so the duration reveals nothing about any of them.
            foreach (var project in await projects.ListAsync(new AllProjects(), cancellationToken))
            {
                if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(project.WebhookSecret)))
                    ringing = project;
            }

            if (ringing is null)
                return new Response(IsOurs: false);
            var now = time.GetUtcNow();
            if (ringing.HeardAt is null || now - ringing.HeardAt > Exactness)
                ringing.Heard(now);
            return new Response(IsOurs: true);
        }
    }
}
