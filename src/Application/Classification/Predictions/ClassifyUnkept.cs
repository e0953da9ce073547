using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Classifies a photo and stores nothing: no photo and no row, so no feedback is possible.</summary>
public static class ClassifyUnkept
{
    /// <param name="Upload">The photo as uploaded.</param>
    public sealed record Query(ReadOnlyMemory<byte> Upload) : IRequest<Response>;

    /// <param name="Class">The predicted class.</param>
    /// <param name="Probability">Its probability, 0 to 1, not rounded.</param>
    /// <param name="Probabilities">The probabilities of all classes, in model order.</param>
    public sealed record Response(string Class, float Probability, IReadOnlyList<ClassProbability> Probabilities);

    internal sealed class Handler(PhotoClassification classification) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var answer = await classification.RunAsync(request.Upload, cancellationToken);
            var labels = answer.Output.Model.Labels;
            return new Response(
                labels[answer.Probabilities.PredictedIndex],
                answer.Probabilities.Confidence,
                ClassProbability.Name(labels, answer.Probabilities)
            );
        }
    }
}
