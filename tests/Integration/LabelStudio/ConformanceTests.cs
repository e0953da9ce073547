using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.LabelStudio.Conformance;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio;

/// <summary>
/// Holds the double against what real Label Studios answered (<c>Transcripts</c>): each recorded call is made again, in its order, over a
/// real S3 server. What is not reproduced stands in <see cref="KnownGaps"/>, and nothing else may stand there.
/// </summary>
public sealed class ConformanceTests
{
    public static TheoryData<string, string> Files =>
        new(
            new[] { LabelStudioDouble.Version123, LabelStudioDouble.Version116 }.SelectMany(version =>
                Transcript.TopicsOf(version).Select(topic => (version, topic))
            )
        );

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_double_answers_as_was_recorded(string version, string topic)
    {
        Assert.SkipWhen(S3Server.Missing is not null, S3Server.Missing ?? "");
        var transcript = Transcript.Read(version, topic);
        await using var replay = await Replay.StartAsync(transcript);
        var (reproduced, wrong) = (0, new List<string>());
        foreach (var entry in transcript.Entries)
        {
            var differences = await replay.PlayAsync(entry);
            var reason = KnownGaps.ReasonFor(transcript, entry);
            if (differences.Count == 0 && !entry.IsPreparation)
                reproduced++;
            if (differences.Count > 0 && reason is null)
                wrong.Add($"{entry.Name} ({entry.Purpose}): {string.Join("; ", differences.Take(5))}");
            if (differences.Count == 0 && reason is not null)
                wrong.Add($"{entry.Name} is reproduced now: take it out of {nameof(KnownGaps)}.");
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{version} {topic}: {reproduced} of {transcript.Entries.Count(entry => !entry.IsPreparation)} entries reproduced."
        );
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {transcript.Entries.Count} entries:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public void Every_known_gap_is_an_entry_of_a_transcript()
    {
        var entries = Files
            .SelectMany(file =>
                Transcript.Read(file.Data.Item1, file.Data.Item2).Entries.Select(entry => (file.Data.Item1, file.Data.Item2, entry.Name))
            )
            .ToHashSet();

        Assert.All(KnownGaps.All.Keys, gap => Assert.Contains(gap, entries));
    }
}
