namespace GourmetGram.Domain.Classification;

/// <summary>One class of the model.</summary>
/// <param name="Index">Its place in the model's output, from 0.</param>
/// <param name="Name">Its name as the manifest spells it.</param>
public sealed record ClassLabel(int Index, string Name)
{
    /// <summary><c>class_NN</c> for a class index: the folder of the class in buckets and datasets.</summary>
    public static string FolderOf(int index) => $"class_{index:00}";
}
