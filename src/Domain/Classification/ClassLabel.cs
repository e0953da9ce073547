namespace GourmetGram.Domain.Classification;

/// <summary>One class of the model.</summary>
/// <param name="Index">Index in the model's output, from 0.</param>
/// <param name="Name">Name, as <see cref="ClassName.Normalize"/> spells it.</param>
public sealed record ClassLabel(int Index, string Name)
{
    /// <summary>Returns <c>class_NN</c> for a class index: the folder of the class in buckets and datasets.</summary>
    public static string FolderOf(int index) => $"class_{index:00}";
}
