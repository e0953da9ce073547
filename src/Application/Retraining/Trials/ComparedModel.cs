using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A model as its head sees an embedding: the class it names, and its probabilities.</summary>
internal sealed class ComparedModel(LinearHead head, double temperature)
{
    /// <summary>Returns a registered model; null if its head cannot be read.</summary>
    public static ComparedModel? Of(RegisteredModel model, IModelSwitch models) =>
        HeadOf(model, models) is { } head ? new ComparedModel(head, model.Model.Temperature) : null;

    /// <summary>Returns the head of a registered model; null if it cannot be read.</summary>
    public static LinearHead? HeadOf(RegisteredModel model, IModelSwitch models)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.ReadHead() ?? (model.Origin == ModelOrigin.Folder && model.Backbone == models.Base.Backbone ? models.BaseHead : null);
    }

    /// <summary>Number of values of the embeddings that it takes.</summary>
    public int Dimension => head.Dimension;

    /// <summary>Returns the index of the class that the model names; null if its answer is not finite.</summary>
    public int? Classify(ReadOnlySpan<float> embedding) => Answer(embedding)?.PredictedIndex;

    /// <summary>Returns the calibrated answer; null if it is not finite.</summary>
    public ClassProbabilities? Answer(ReadOnlySpan<float> embedding)
    {
        var logits = new float[head.Classes];
        head.Logits(embedding, logits);
        return Array.TrueForAll(logits, float.IsFinite) ? ClassProbabilities.FromLogits(logits, temperature) : null;
    }
}
