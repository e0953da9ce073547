using System.Text.RegularExpressions;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using MarginUncertainty = GourmetGram.Tests.Unit.Feedback.Examples.MarginUncertainty;

namespace GourmetGram.Tests.Unit.Feedback;

/// <summary>
/// What every strategy must do: those of the product, and the worked example of CONTRIBUTING. A new file is tested without a change here.
/// </summary>
public sealed partial class StrategyContractTests
{
    private static readonly KeyedOrder Order = new("key", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static readonly IReadOnlyList<Strategy> All =
    [
        .. new StrategyCatalogue(typeof(Strategy).Assembly)
            .All.Concat(new StrategyCatalogue(typeof(MarginUncertainty).Assembly).All)
            .DistinctBy(strategy => strategy.Name),
    ];

    public static TheoryData<string> Names => [.. All.Select(strategy => strategy.Name)];

    [GeneratedRegex("^[a-z][a-z0-9]{1,39}$", RegexOptions.None, 1000)]
    private static partial Regex NameShape { get; }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", RegexOptions.None, 1000)]
    private static partial Regex BucketShape { get; }

    [Fact]
    public void The_strategies_and_the_example_are_found()
    {
        Assert.Superset(
            new HashSet<string> { "randomsampled", "lowconfidence", "userfeedback", "userfeedback2", "marginuncertainty" },
            All.Select(strategy => strategy.Name).ToHashSet()
        );
        Assert.Equal(All.Count, All.Select(strategy => strategy.Bucket).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_says_what_it_is(string name)
    {
        var strategy = Find(name);
        Assert.Matches(NameShape, strategy.Name);
        Assert.Matches(BucketShape, strategy.Bucket);
        Assert.InRange(strategy.Title.Length, 3, 50);
        Assert.NotEmpty(strategy.Description);
        Assert.True(strategy.Version > 0);
        Assert.InRange(strategy.Describe(strategy.DefaultSettings).Length, 0, 40);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_settings_make_a_form_and_their_defaults_are_valid(string name)
    {
        var strategy = Find(name);
        var written = SettingField.Write(strategy.DefaultSettings);
        var fields = SettingField.Of(strategy.DefaultSettings.GetType());
        Assert.Equal(written.Keys.Order(), fields.Select(field => field.Name).Order());
        Assert.All(fields, field => Assert.Null(field.FindFault(written[field.Name])));
        Assert.All(fields.Where(field => field.Type != typeof(bool)), field => Assert.NotNull(field.FindFault("many")));
        Assert.Equal(strategy.DefaultSettings, SettingField.Read(strategy.DefaultSettings.GetType(), written));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_selects_only_what_it_was_shown_once_and_always_the_same(string name)
    {
        var strategy = Find(name);
        var candidates = Candidates(200);
        var context = new SelectionContext(DateTimeOffset.UnixEpoch, Order);
        var first = Select(strategy, candidates, context);
        Assert.NotEmpty(first);
        Assert.Equal(first.Count, first.Distinct().Count());
        Assert.Subset(candidates.Select(candidate => candidate.Id).ToHashSet(), first.ToHashSet());
        Assert.Equal(first, Select(strategy, candidates, context));
        Assert.Empty(Select(strategy, [], context));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_bears_an_answer_of_which_only_the_best_class_is_known(string name) =>
        Assert.NotNull(
            Select(
                Find(name),
                [
                    new Candidate(
                        Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
                        DateTimeOffset.UnixEpoch,
                        ClassProbabilities.BestOnly(1, 0.4f, 3)
                    ),
                ],
                new SelectionContext(DateTimeOffset.UnixEpoch, Order)
            )
        );

    [Fact]
    public void Low_confidence_is_below_the_threshold_and_not_at_it()
    {
        Candidate[] candidates = [Candidate(0, 0.69f), Candidate(1, 0.7f), Candidate(2, 0.71f)];
        var picks = new LowConfidence().Choose(
            candidates,
            new LowConfidence.Settings { Threshold = 0.7f },
            new SelectionContext(DateTimeOffset.UnixEpoch, Order)
        );
        Assert.Equal([candidates[0].Id], picks.Select(pick => pick.PredictionId));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_it_chooses_does_not_depend_on_what_arrives_together(string name)
    {
        if (Find(name) is not PredictionStrategy strategy)
            return;
        var candidates = Candidates(200);
        var context = new SelectionContext(DateTimeOffset.UnixEpoch, Order);
        var all = strategy.Choose(candidates, strategy.DefaultSettings, context).OrderBy(pick => pick.PredictionId).ToList();
        var apart = candidates
            .Chunk(7)
            .SelectMany(some => strategy.Choose(some, strategy.DefaultSettings, context))
            .OrderBy(pick => pick.PredictionId);
        Assert.Equal(all, apart);
        Assert.All(all, pick => Assert.True(double.IsFinite(pick.Priority)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_title_is_its_own_and_no_setting_has_a_name_that_every_loop_has(string name)
    {
        Assert.Single(All, strategy => strategy.Title == Find(name).Title);
        Assert.Null(StrategyCatalogue.FindFault(name, Find(name).DefaultSettings.GetType()));
    }

    [Fact]
    public void A_setting_with_a_name_that_every_loop_has_is_refused_with_a_sentence() =>
        Assert.StartsWith(
            "Strategy takesvotes has a setting 'votes', which is a reserved name. Rename the setting.",
            StrategyCatalogue.FindFault("takesvotes", typeof(TakesVotes)),
            StringComparison.Ordinal
        );

    [Fact]
    public void The_least_sure_and_the_smallest_margins_come_first_whatever_their_class()
    {
        var candidates = Candidates(300);
        var context = new SelectionContext(DateTimeOffset.UnixEpoch, Order);
        var first = new MarginUncertainty()
            .Choose(candidates, new MarginUncertainty.Settings { Margin = 1 }, context)
            .OrderBy(pick => pick.Priority)
            .Take(3);
        Assert.Equal(candidates.Take(3).Select(candidate => candidate.Id), first.Select(pick => pick.PredictionId));
        first = new LowConfidence().Choose(candidates, new LowConfidence.Settings(), context).OrderBy(pick => pick.Priority).Take(3);
        Assert.Equal(candidates.Take(3).Select(candidate => candidate.Id), first.Select(pick => pick.PredictionId));
        Assert.Equal((20, 200), (new LowConfidence().LimitsOf(new LowConfidence.Settings()).PerUploader, new LowConfidence().DailyLimit));
    }

    private sealed record TakesVotes
    {
        [System.ComponentModel.DataAnnotations.Display(Name = "Votes", Description = "A name that every loop has.")]
        public int Votes { get; init; }
    }

    [Fact]
    public void The_example_in_CONTRIBUTING_is_the_one_that_is_tested()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "GourmetGram.sln")))
            root = Path.GetDirectoryName(root)!;
        var example = File.ReadAllText(Path.Combine(root, "tests", "Unit", "Feedback", "Examples", "MarginUncertainty.cs"));
        var asItStandsThere = example
            .Replace("using GourmetGram.Domain.Feedback;\n", "", StringComparison.Ordinal)
            .Replace(typeof(MarginUncertainty).Namespace!, typeof(LowConfidence).Namespace!, StringComparison.Ordinal);
        Assert.Contains(
            $"```csharp\n{asItStandsThere}```",
            File.ReadAllText(Path.Combine(root, "CONTRIBUTING.md")),
            StringComparison.Ordinal
        );
    }

    private static Strategy Find(string name) => All.Single(strategy => strategy.Name == name);

    private static List<Guid> Select(Strategy strategy, IReadOnlyList<Candidate> candidates, SelectionContext context) =>
        strategy switch
        {
            WindowStrategy window => [.. window.Draw([.. candidates.Select(candidate => candidate.Id)], strategy.DefaultSettings, Order)],
            PredictionStrategy predictions =>
            [
                .. predictions.Choose(candidates, strategy.DefaultSettings, context).Select(pick => pick.PredictionId),
            ],
            FeedbackStrategy feedback =>
            [
                .. candidates
                    .Select(candidate =>
                        feedback.Choose(
                            new FeedbackCandidate(candidate.Id, feedback.Kind, candidate, feedback.Kind == FeedbackKind.Flag ? null : 0),
                            strategy.DefaultSettings,
                            context
                        )
                    )
                    .OfType<Pick>()
                    .Select(pick => pick.PredictionId),
            ],
            _ => throw new InvalidOperationException($"{strategy.Name} is of no kind that is known."),
        };

    private static List<Candidate> Candidates(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Candidate(i, 0.34f + 0.66f * i / count))];

    private static Candidate Candidate(int number, float confidence)
    {
        var values = new float[3];
        Array.Fill(values, (1 - confidence) / 2);
        values[number % 3] = confidence;
        return new Candidate(
            Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(number)),
            DateTimeOffset.UnixEpoch.AddSeconds(number),
            new ClassProbabilities([.. values])
        );
    }
}
