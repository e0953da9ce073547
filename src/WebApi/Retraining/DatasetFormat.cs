namespace GourmetGram.WebApi.Retraining;

/// <summary>The formats in which dataset versions are exported.</summary>
internal enum DatasetFormat
{
    /// <summary>A zip with one folder per class.</summary>
    Folders = 0,

    /// <summary>A zip for the Hugging Face loader <c>imagefolder</c>, with a folder per split.</summary>
    ImageFolder,

    /// <summary>The labels as CSV, without photos.</summary>
    Csv,

    /// <summary>A tar for WebDataset.</summary>
    WebDataset,

    /// <summary>A description of the other exports as JSON-LD (Croissant 1.1).</summary>
    Croissant,

    /// <summary>Embeddings and labels as a safetensors file.</summary>
    Embeddings,
}
