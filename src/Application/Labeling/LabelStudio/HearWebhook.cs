using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds out whether a webhook is one of our projects', by its secret. What it says is not looked at: the sync that follows reads what is so.</summary>
public static class HearWebhook
{
    /// <param name="Secret">What came with it; null for nothing.</param>
    public sealed record Command(string? Secret) : IRequest<Response>;

    /// <param name="IsOurs">Whether the secret is that of a project.</param>
    public sealed record Response(bool IsOurs);

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int SecretLength = 1000;

        public Validator()
        {
            RuleFor(c => c.Secret).MaximumLength(SecretLength).WithMessage("No secret is that long.");
        }
    }

    internal sealed class Handler(IRepository<AnnotationProject> projects, ProjectKeeper keeper, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        /// <summary>How exactly it is kept when a webhook was last heard: people label every second.</summary>
        private static readonly TimeSpan Exactness = TimeSpan.FromSeconds(30);

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var given = Encoding.UTF8.GetBytes(request.Secret ?? "");
            AnnotationProject? ringing = null;
            // All are compared, each in constant time: the time tells nothing of any of them.
            foreach (var project in await projects.ListAsync(new AllProjects(), cancellationToken))
            {
                if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(project.WebhookSecret)))
                    ringing = project;
            }

            if (ringing is null)
                return new Response(IsOurs: false);
            var now = time.GetUtcNow();
            if (ringing.HeardAt is null || now - ringing.HeardAt > Exactness)
                await keeper.ChangeAsync(ringing.Loop, project => project.Heard(now), cancellationToken);
            return new Response(IsOurs: true);
        }
    }
}
