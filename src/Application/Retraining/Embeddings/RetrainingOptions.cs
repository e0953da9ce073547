using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Retraining;

/// <summary>Limits of what is kept for training and comparing models.</summary>
[SettingsSection("Retraining")]
public sealed class RetrainingOptions
{
    [Description(
        "Days for which the embedding of each photo is kept (2.5 kB a photo). Embeddings of photos that a loop selected are kept as "
            + "long as the photo."
    )]
    [Range(1, 3650)]
    public int EmbeddingDays { get; set; } = 90;

    [Description("Days for which embeddings of photos in measuring windows are kept. New models are compared on these photos.")]
    [Range(1, 3650)]
    public int MeasuringEmbeddingDays { get; set; } = 365;

    [Description("Share of the photos that a model in shadow answers, from 0.001 to 1. Chosen by chance.")]
    [Range(0.001, 1)]
    public double ShadowShare { get; set; } = 1;

    [Description("Photos that may wait for the model in shadow (150 kB a photo). More are dropped and counted; no request waits for them.")]
    [Range(1, 10_000)]
    public int ShadowQueue { get; set; } = 100;
}
