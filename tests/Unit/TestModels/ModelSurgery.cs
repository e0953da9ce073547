using System.Text;

namespace GourmetGram.Tests.Unit.TestModels;

/// <summary>Changes model files without a protobuf library.</summary>
internal static class ModelSurgery
{
    /// <summary>Replaces a text wherever it occurs by another one of the same length, so that all lengths stay right.</summary>
    public static byte[] Replace(byte[] model, string text, string other)
    {
        var (from, to) = (Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(other));
        if (from.Length < to.Length)
            throw new ArgumentException("The other text is longer.", nameof(other));
        to = [.. to, .. Enumerable.Repeat((byte)' ', from.Length - to.Length)];
        var copy = (byte[])model.Clone();
        var found = 0;
        for (var at = copy.AsSpan().IndexOf(from); at >= 0; at = copy.AsSpan().IndexOf(from))
        {
            to.CopyTo(copy.AsSpan(at));
            found++;
        }

        return found > 0 ? copy : throw new ArgumentException($"'{text}' is not in the model.", nameof(text));
    }
}
