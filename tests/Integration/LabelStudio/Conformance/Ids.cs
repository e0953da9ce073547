namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>
/// Numbers that were recorded, with those that the double gave to the same things. Learnt from answers, and held on to: one recorded number
/// is one number of the double.
/// </summary>
internal sealed class Ids
{
    private readonly Dictionary<(string Kind, int Recorded), int> known = [];
    private readonly HashSet<(string Kind, int Recorded)> gone = [];

    /// <returns>False when either number stands for something else already.</returns>
    public bool Learn(string kind, int recorded, int ours)
    {
        if (known.TryGetValue((kind, recorded), out var before))
            return before == ours;
        if (known.Any(pair => pair.Key.Kind == kind && pair.Value == ours))
            return false;
        known[(kind, recorded)] = ours;
        return true;
    }

    public bool Knows(string kind, int recorded) => known.ContainsKey((kind, recorded));

    /// <returns>The double's number; the recorded one where nothing is known of it, as of those that never existed.</returns>
    public int Of(string kind, int recorded) => known.GetValueOrDefault((kind, recorded), recorded);

    /// <returns>What was recorded for a number of the double; null when nothing is known of it.</returns>
    public int? Recorded(string kind, int ours) =>
        known.Where(pair => pair.Key.Kind == kind && pair.Value == ours).Select(pair => (int?)pair.Key.Recorded).FirstOrDefault();

    /// <summary>Another server was recorded from here on.</summary>
    public void Clear()
    {
        known.Clear();
        gone.Clear();
    }

    /// <summary>The thing is deleted.</summary>
    public void Delete(string kind, int recorded) => gone.Add((kind, recorded));

    public bool IsDeleted(string kind, int recorded) => gone.Contains((kind, recorded));

    /// <summary>The recorded Label Studio gave the number of something deleted to something else.</summary>
    public void Reuse(string kind, int recorded)
    {
        known.Remove((kind, recorded));
        gone.Remove((kind, recorded));
    }
}
