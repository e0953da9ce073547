using System.Collections.Immutable;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Unit.Classification;

namespace GourmetGram.Tests.Unit.Labeling;

public sealed class AnnotationTaskTests
{
    private const string Ada = "Account:ada",
        Bob = "Account:bob",
        Eve = "Account:eve";

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly List<HumanLabel> labels = [];

    [Fact]
    public void A_lease_keeps_others_away_until_it_ends()
    {
        var task = Task(votes: 1);
        task.Lease(Ada, Noon, TimeSpan.FromMinutes(10));
        Assert.True(task.IsLeasedToOther(Bob, Noon.AddMinutes(9)));
        Assert.Throws<InvalidOperationException>(() => task.Lease(Bob, Noon.AddMinutes(9), TimeSpan.FromMinutes(10)));
        task.Lease(Ada, Noon.AddMinutes(9), TimeSpan.FromMinutes(10));
        task.Lease(Bob, Noon.AddMinutes(20), TimeSpan.FromMinutes(10));
        Assert.Throws<InvalidOperationException>(() => task.Release(Ada));
        task.Release(Bob);
        Assert.Null(task.LeasedTo);
    }

    [Fact]
    public void With_one_vote_the_latest_answer_counts_and_one_s_own_skip_takes_it_back()
    {
        var task = Task(votes: 1);
        Decide(task, Ada, 2, Noon);
        Assert.Equal((TaskState.Labelled, 2), (task.State, task.ClassIndex));
        Assert.True(task.IsOutputDue);
        task.MarkOutputPlanned();
        Decide(task, Ada, null, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Skipped, null), (task.State, task.ClassIndex));
        Assert.True(task.IsOutputDue);
        Assert.Equal([LabelEnd.Superseded, null], labels.Select(label => label.End));
    }

    [Fact]
    public void Somebody_else_s_skip_leaves_an_answer_as_it_is()
    {
        var task = Task(votes: 1);
        Decide(task, Ada, 2, Noon);
        Decide(task, Bob, null, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Labelled, 2), (task.State, task.ClassIndex));
    }

    [Fact]
    public void A_skipped_task_is_left_to_others()
    {
        var task = Task(votes: 1);
        Decide(task, Ada, null, Noon);
        Assert.Equal((TaskState.Skipped, true), (task.State, task.IsUnanswered));
        task.Lease(Bob, Noon.AddMinutes(1), TimeSpan.FromMinutes(10));
        Decide(task, Bob, 1, Noon.AddMinutes(2));
        Assert.Equal((TaskState.Labelled, 1), (task.State, task.ClassIndex));
    }

    [Fact]
    public void None_of_these_classes_is_a_label_without_a_class()
    {
        var task = Task(votes: 1, blind: true);
        Decide(task, Ada, 1, Noon);
        task.MarkOutputPlanned();
        var label = Decide(task, Bob, Answer.None, Noon.AddMinutes(1));
        Assert.Equal((AnswerKind.None, null, true), (label.AnswerKind, label.ClassIndex, label.IsBlind));
        Assert.Equal((TaskState.Labelled, Answer.None, null), (task.State, task.Answer, task.ClassIndex));
        Assert.True(task.IsOutputDue);
    }

    [Fact]
    public void An_unusable_photo_closes_its_task_and_another_answer_opens_the_class_again()
    {
        var task = Task(votes: 1);
        Decide(task, Ada, Answer.Unusable, Noon);
        Assert.Equal((TaskState.Unusable, AnswerKind.Unusable, false), (task.State, task.AnswerKind, task.IsUnanswered));
        Assert.Throws<InvalidOperationException>(() => task.Lease(Bob, Noon, TimeSpan.FromMinutes(1)));
        Decide(task, Ada, 2, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Labelled, Answer.Class(2)), (task.State, task.Answer));
        Assert.False(task.IsUnanswered);
    }

    [Fact]
    public void With_several_votes_the_majority_counts_and_a_tie_asks_again()
    {
        var task = Task(votes: 2);
        Decide(task, Ada, 1, Noon);
        Assert.True(task.IsOpen);
        Decide(task, Bob, 2, Noon.AddMinutes(1));
        Assert.True(task.IsOpen);
        Decide(task, Eve, 2, Noon.AddMinutes(2));
        Assert.Equal((TaskState.Labelled, 2), (task.State, task.ClassIndex));
    }

    [Fact]
    public void A_tie_that_one_more_person_does_not_settle_is_disputed_until_an_administrator_decides()
    {
        var task = Task(votes: 2);
        Decide(task, Ada, 0, Noon);
        Assert.False(task.IsTied);
        Assert.Throws<InvalidOperationException>(() => task.Adjudicate(Bob, Answer.Class(1), labels, Noon));
        Decide(task, Bob, 1, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Created, true, true), (task.State, task.IsTied, task.IsUnanswered));
        Decide(task, Eve, 2, Noon.AddMinutes(2));
        Assert.Equal((TaskState.Disputed, true, false, null), (task.State, task.IsTied, task.IsUnanswered, task.DecidedAt));

        var decision = Adjudicate(task, Answer.Class(1), Noon.AddMinutes(3));
        Assert.Equal((LabelSource.Adjudication, false), (decision.Source, decision.IsBlind));
        Assert.Equal((TaskState.Labelled, 1, false, Noon.AddMinutes(3)), (task.State, task.ClassIndex, task.IsTied, task.DecidedAt));
        Assert.Equal(3, labels.Count(label => label is { EndedAt: null, Source: LabelSource.Review }));

        // Whoever decides again means it; another vote changes nothing.
        Adjudicate(task, Answer.None, Noon.AddMinutes(4));
        Assert.Equal((TaskState.Labelled, Answer.None, LabelEnd.Superseded), (task.State, task.Answer, decision.End));
        Decide(task, Ada, 2, Noon.AddMinutes(5));
        Assert.Equal(Answer.None, task.Answer);

        labels.Single(label => label is { EndedAt: null, Source: LabelSource.Adjudication }).Withdraw(Noon.AddMinutes(6));
        task.Conclude(labels, Noon.AddMinutes(6));
        Assert.Equal((TaskState.Labelled, 2), (task.State, task.ClassIndex));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_task_that_is_withdrawn_is_disputed_no_more_and_again_when_it_is_renewed(int people)
    {
        var task = Task(votes: 2);
        foreach (var (index, person) in new[] { Ada, Bob, Eve }.Take(people).Index())
            Decide(task, person, index, Noon.AddMinutes(index));
        var before = task.State;
        task.Withdraw();
        Assert.Equal((TaskState.Withdrawn, false), (task.State, task.IsTied));
        // What comes late, from Label Studio say, asks nobody either.
        Decide(task, Ada, null, Noon.AddMinutes(5));
        Decide(task, Ada, 0, Noon.AddMinutes(6));
        Assert.Equal((TaskState.Withdrawn, false), (task.State, task.IsTied));
        task.Renew(votes: 2, labels, Noon.AddMinutes(7));
        Assert.Equal((before, true), (task.State, task.IsTied));
    }

    [Fact]
    public void An_administrator_may_settle_a_tie_before_one_more_person_is_asked_and_keeps_the_vote_of_their_own()
    {
        var task = Task(votes: 2);
        Decide(task, Ada, 0, Noon);
        Decide(task, Bob, 1, Noon.AddMinutes(1));
        labels.Add(task.Adjudicate(Ada, Answer.Class(1), labels, Noon.AddMinutes(2)));
        Assert.Equal((TaskState.Labelled, 1), (task.State, task.ClassIndex));
        Assert.All(labels, label => Assert.Null(label.EndedAt));
    }

    [Fact]
    public void Another_number_of_votes_holds_for_what_is_not_decided()
    {
        var task = Task(votes: 3);
        Decide(task, Ada, 1, Noon);
        task.ApplyVotes(1, labels, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Labelled, 1, 1), (task.State, task.ClassIndex, task.Votes));
        Assert.Throws<InvalidOperationException>(() => task.ApplyVotes(2, labels, Noon.AddMinutes(2)));

        labels.Clear();
        var skipped = Task(votes: 1);
        Decide(skipped, Ada, null, Noon);
        skipped.ApplyVotes(2, labels, Noon.AddMinutes(1));
        Assert.Equal(TaskState.Created, skipped.State);

        labels.Clear();
        var disputed = Task(votes: 2);
        Decide(disputed, Ada, 0, Noon);
        Decide(disputed, Bob, 1, Noon);
        Decide(disputed, Eve, 2, Noon);
        disputed.ApplyVotes(5, labels, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Created, false), (disputed.State, disputed.IsTied));
    }

    [Fact]
    public void Where_all_skip_the_photo_is_skipped_and_a_skip_is_no_vote()
    {
        var all = Task(votes: 2);
        Decide(all, Ada, null, Noon);
        Decide(all, Bob, null, Noon);
        Assert.Equal(TaskState.Skipped, all.State);
        labels.Clear();
        var one = Task(votes: 2);
        Decide(one, Ada, null, Noon);
        Decide(one, Bob, 1, Noon);
        Assert.Equal(TaskState.Created, one.State);
        Decide(one, Eve, 1, Noon);
        Assert.Equal((TaskState.Labelled, 1), (one.State, one.ClassIndex));
    }

    [Fact]
    public void None_and_unusable_are_votes_like_classes_and_tie_like_them()
    {
        var task = Task(votes: 2);
        Decide(task, Ada, Answer.None, Noon);
        Decide(task, Bob, 1, Noon.AddMinutes(1));
        Assert.True(task.IsOpen);
        Decide(task, Eve, Answer.None, Noon.AddMinutes(2));
        Assert.Equal((TaskState.Labelled, Answer.None), (task.State, task.Answer));
        Decide(task, Bob, Answer.Unusable, Noon.AddMinutes(3));
        Decide(task, Eve, Answer.Unusable, Noon.AddMinutes(4));
        Assert.Equal((TaskState.Unusable, Answer.Unusable), (task.State, task.Answer));
    }

    [Fact]
    public void Taking_a_label_back_opens_the_task_and_what_follows_is_not_blind()
    {
        var task = Task(votes: 1, blind: true);
        var first = Decide(task, Ada, 1, Noon);
        Assert.True(first.IsBlind);
        first.Withdraw(Noon.AddSeconds(1));
        task.Conclude(labels, Noon.AddSeconds(1));
        Assert.True(task.IsOpen);
        Assert.Null(task.ClassIndex);
        var second = Decide(task, Ada, 1, Noon.AddSeconds(2));
        Assert.False(second.IsBlind);
        Assert.Equal(TaskState.Labelled, task.State);
    }

    [Fact]
    public void A_skip_shows_no_answer_and_what_follows_is_blind()
    {
        var task = Task(votes: 1, blind: true);
        Decide(task, Ada, null, Noon).Withdraw(Noon.AddSeconds(1));
        task.Conclude(labels, Noon.AddSeconds(1));
        Assert.True(Decide(task, Ada, 1, Noon.AddSeconds(2)).IsBlind);
        Assert.False(Decide(task, Ada, 2, Noon.AddSeconds(3)).IsBlind);
    }

    [Theory]
    [InlineData(3, new[] { 0, 1, 2, 1 }, 1)]
    [InlineData(4, new[] { 0, 0, 1, 1, 1 }, 1)]
    [InlineData(3, new[] { 0, -1, -1, 0, 1 }, 0)]
    [InlineData(3, new[] { 0, 1, -1, -1, 2, 0 }, 0)]
    public void Votes_close_a_task_when_one_class_is_ahead(int votes, int[] said, int truth)
    {
        var task = Task(votes);
        for (var i = 0; i < said.Length; i++)
        {
            Assert.True(task.IsOpen, $"Closed after {i} votes.");
            Decide(task, $"Account:{i}", said[i] < 0 ? null : Answer.Class(said[i]), Noon.AddMinutes(i));
        }

        Assert.Equal((TaskState.Labelled, truth), (task.State, task.ClassIndex));
    }

    [Fact]
    public void Who_saw_the_answer_elsewhere_is_not_blind()
    {
        var task = Task(votes: 1, blind: true);
        var label = task.Decide(Ada, LabelSource.Review, Answer.Class(1), labels, Noon, sawAnswer: true);
        Assert.False(label.IsBlind);
        Assert.Equal(TaskState.Labelled, task.State);
    }

    [Fact]
    public void A_label_from_a_screen_that_showed_the_answer_closes_no_blind_task()
    {
        var task = Task(votes: 1, blind: true);
        labels.Add(task.Decide("LabelStudio:7", LabelSource.LabelStudio, Answer.Class(1), labels, Noon, showedAnswer: true));
        Assert.True(task.IsOpen);
        Assert.Null(task.ClassIndex);
        Decide(task, Ada, 2, Noon);
        Assert.Equal((TaskState.Labelled, 2), (task.State, task.ClassIndex));
    }

    [Fact]
    public void A_label_ends_once()
    {
        var label = Decide(Task(votes: 1), Ada, 1, Noon);
        label.Withdraw(Noon);
        Assert.Throws<InvalidOperationException>(() => label.Supersede(Noon));
    }

    [Fact]
    public void A_task_is_published_decided_and_its_object_retired()
    {
        var task = Task(votes: 1);
        task.Publish(Noon);
        Assert.Equal((TaskState.Published, true, true), (task.State, task.HasObject, task.IsOnPlatform));
        Assert.Throws<InvalidOperationException>(() => task.Publish(Noon));
        Assert.Throws<InvalidOperationException>(task.RetireObject);
        var label = task.Decide("LabelStudio:7", LabelSource.LabelStudio, Answer.Class(1), labels, Noon);
        labels.Add(label);
        task.RetireObject();
        Assert.Equal((TaskState.Labelled, false, true), (task.State, task.HasObject, task.IsOnPlatform));
        // Taken back there: it is asked again, and published again.
        label.Withdraw(Noon);
        task.Conclude(labels, Noon);
        Assert.Equal(TaskState.Created, task.State);
        task.Publish(Noon);
    }

    [Fact]
    public void A_skip_leaves_a_task_with_Label_Studio_for_others()
    {
        var task = Task(votes: 1);
        task.Publish(Noon);
        labels.Add(task.Decide("LabelStudio:6", LabelSource.LabelStudio, answer: null, labels, Noon));
        Assert.Equal((TaskState.Skipped, true), (task.State, task.HasObject));
        Assert.Throws<InvalidOperationException>(task.RetireObject);
        // An object that somebody removed is written again.
        task.LoseObject();
        task.Publish(Noon);
        Assert.Equal((TaskState.Skipped, true), (task.State, task.HasObject));
    }

    [Fact]
    public void A_task_that_is_taken_back_while_its_object_stands_is_published_still()
    {
        var task = Task(votes: 1);
        task.Publish(Noon);
        var label = task.Decide("LabelStudio:7", LabelSource.LabelStudio, Answer.Class(1), labels, Noon);
        label.Withdraw(Noon);
        task.Conclude([label], Noon);
        Assert.Equal(TaskState.Published, task.State);
        task.LoseObject();
        Assert.Equal((TaskState.Created, true), (task.State, task.IsOnPlatform));
        task.Recall();
        Assert.Throws<InvalidOperationException>(task.Recall);
    }

    [Fact]
    public void What_somebody_has_on_the_review_page_is_not_published()
    {
        var task = Task(votes: 1);
        task.Lease(Ada, Noon, TimeSpan.FromMinutes(10));
        Assert.Throws<InvalidOperationException>(() => task.Publish(Noon.AddMinutes(9)));
        task.Publish(Noon.AddMinutes(11));
        Assert.Null(task.LeasedTo);
    }

    [Fact]
    public void A_published_task_that_shows_another_copy_has_to_be_recalled()
    {
        var task = Task(votes: 1);
        task.ShowCopy(Guid.Empty);
        Assert.False(task.IsRecallDue);
        task.Publish(Noon);
        task.ShowCopy(Guid.Empty);
        Assert.True(task.IsRecallDue);
        task.Recall();
        Assert.Equal((TaskState.Created, false, false, false), (task.State, task.IsRecallDue, task.HasObject, task.IsOnPlatform));
    }

    [Fact]
    public void In_Label_Studio_a_second_decision_is_blind_still_for_nobody_was_told_anything()
    {
        var task = Task(votes: 1, blind: true);
        labels.Add(task.Decide("LabelStudio:7", LabelSource.LabelStudio, Answer.Class(1), labels, Noon));
        Assert.True(task.Decide("LabelStudio:7", LabelSource.LabelStudio, Answer.Class(2), labels, Noon.AddMinutes(1)).IsBlind);
    }

    [Theory]
    [InlineData(LabelSource.Review, false, true)]
    [InlineData(LabelSource.Review, true, false)]
    [InlineData(LabelSource.LabelStudio, false, true)]
    [InlineData(LabelSource.LabelStudio, true, false)]
    public void Who_knew_the_answer_closes_a_blind_task_with_a_label_that_is_not_blind(LabelSource source, bool knew, bool isBlind)
    {
        var task = Task(votes: 1, blind: true);
        var label = task.Decide(Ada, source, Answer.Class(1), labels, Noon, sawAnswer: knew);
        Assert.Equal((isBlind, TaskState.Labelled), (label.IsBlind, task.State));
    }

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(1, null, true)]
    public void A_task_that_is_asked_again_needs_one_more_answer_and_the_outcome_decides(int second, int? truth, bool isTied)
    {
        var task = Task(votes: 1, blind: true);
        Decide(task, Ada, 2, Noon);
        task.MarkOutputPlanned();
        task.AskAgain(labels, Noon.AddMinutes(1));
        Assert.Equal((TaskState.Created, 2, true), (task.State, task.Votes, task.IsOutputDue));
        Assert.Null(task.Answer);
        Assert.Null(task.BlindAnswer);
        Decide(task, Bob, second, Noon.AddMinutes(2));
        Assert.Equal((truth, truth, isTied), (task.ClassIndex, task.BlindClassIndex, task.IsTied));
        Decide(task, Eve, second, Noon.AddMinutes(3));
        Assert.Equal((TaskState.Labelled, second, second), (task.State, task.ClassIndex, task.BlindClassIndex));
    }

    [Fact]
    public void A_task_that_is_asked_again_is_blind_and_its_blind_labels_alone_measure()
    {
        var task = Task(votes: 1);
        Assert.False(Decide(task, Ada, 2, Noon).IsBlind);
        task.AskAgain(labels, Noon.AddMinutes(1));
        Assert.True(Decide(task, Bob, 2, Noon.AddMinutes(2)).IsBlind);
        Assert.Equal((TaskState.Labelled, Answer.Class(2), Answer.Class(2)), (task.State, task.Answer, task.BlindAnswer));
    }

    [Fact]
    public void The_loop_s_votes_do_not_apply_to_a_task_that_is_asked_again()
    {
        var task = Task(votes: 1, blind: true);
        Decide(task, Ada, 2, Noon);
        task.AskAgain(labels, Noon.AddMinutes(1));
        Assert.Throws<InvalidOperationException>(() => task.ApplyVotes(1, labels, Noon.AddMinutes(2)));
        task.Withdraw();
        Assert.Equal(TaskState.Withdrawn, task.State);
        task.Renew(1, labels, Noon.AddMinutes(3));
        Assert.Equal((TaskState.Created, 2), (task.State, task.Votes));
    }

    [Fact]
    public void A_changed_label_decides_but_does_not_measure_until_somebody_labels_blind()
    {
        var task = Task(votes: 1, blind: true);
        Decide(task, Ada, 2, Noon);
        task.MarkOutputPlanned();
        var changed = Change(task, Answer.Class(1), Noon.AddMinutes(1));
        Assert.Equal((false, true, LabelSource.Adjudication), (changed.IsBlind, changed.ShowedAnswer, changed.Source));
        Assert.Equal((TaskState.Labelled, 1, true), (task.State, task.ClassIndex, task.IsOutputDue));
        Assert.Null(task.BlindAnswer);
        // Later, somebody labels the photo in Label Studio.
        labels.Add(task.Decide("LabelStudio:7", LabelSource.LabelStudio, Answer.Class(0), labels, Noon.AddMinutes(2)));
        Assert.Equal((1, Answer.Class(0)), (task.ClassIndex, task.BlindAnswer));
        changed.Withdraw(Noon.AddMinutes(3));
        task.Conclude(labels, Noon.AddMinutes(3));
        Assert.Equal((0, Answer.Class(0)), (task.ClassIndex, task.BlindAnswer));
    }

    [Fact]
    public void A_changed_label_ends_with_the_next_one_and_when_the_task_is_asked_again()
    {
        var task = Task(votes: 1, blind: true);
        Decide(task, Ada, 2, Noon);
        var first = Change(task, Answer.Class(1), Noon.AddMinutes(1));
        var second = Change(task, Answer.None, Noon.AddMinutes(2));
        Assert.Equal((LabelEnd.Superseded, Answer.None), (first.End, task.Answer));
        task.AskAgain(labels, Noon.AddMinutes(3));
        Assert.Equal((LabelEnd.Superseded, TaskState.Created, 2), (second.End, task.State, task.Votes));
        Decide(task, Bob, 2, Noon.AddMinutes(4));
        Assert.Equal((Answer.Class(2), Answer.Class(2)), (task.Answer, task.BlindAnswer));
    }

    [Fact]
    public void Only_a_decision_can_be_doubted()
    {
        var task = Task(votes: 1);
        Assert.Throws<InvalidOperationException>(() => task.AskAgain(labels, Noon));
        Assert.Throws<InvalidOperationException>(() => Change(task, Answer.Class(1), Noon));
        Decide(task, Ada, 2, Noon);
        task.Withdraw();
        Assert.Throws<InvalidOperationException>(() => task.AskAgain(labels, Noon.AddMinutes(1)));
        Assert.Equal(2, task.ClassIndex);
    }

    [Fact]
    public void An_administrator_who_saw_the_answer_decides_a_tie_without_measuring()
    {
        var task = Task(votes: 2, blind: true);
        Decide(task, Ada, 1, Noon);
        Decide(task, Bob, 2, Noon.AddMinutes(1));
        labels.Add(task.Adjudicate("Account:grace", Answer.Class(1), labels, Noon.AddMinutes(2), sawAnswer: true));
        Assert.Equal((Answer.Class(1), null), (task.Answer, task.BlindAnswer));
        labels.Add(task.Adjudicate("Account:heidi", Answer.Class(2), labels, Noon.AddMinutes(3)));
        Assert.Equal((Answer.Class(2), Answer.Class(2)), (task.Answer, task.BlindAnswer));
    }

    private HumanLabel Change(AnnotationTask task, Answer answer, DateTimeOffset at)
    {
        var label = task.Change("Account:grace", answer, labels, at);
        labels.Add(label);
        return label;
    }

    private HumanLabel Decide(AnnotationTask task, string person, int classIndex, DateTimeOffset at) =>
        Decide(task, person, Answer.Class(classIndex), at);

    private HumanLabel Decide(AnnotationTask task, string person, Answer? answer, DateTimeOffset at)
    {
        var label = task.Decide(person, LabelSource.Review, answer, labels, at);
        labels.Add(label);
        return label;
    }

    private HumanLabel Adjudicate(AnnotationTask task, Answer answer, DateTimeOffset at)
    {
        var label = task.Adjudicate("Account:grace", answer, labels, at);
        labels.Add(label);
        return label;
    }

    private static AnnotationTask Task(int votes, bool blind = false)
    {
        var model = ModelVersion.Register("three", "1", "float", new string('a', 64), 1, ["A", "B", "C"], Noon);
        var prediction = PredictionTests.Record(Actor.Anonymous, Noon, model);
        var settings = new LoopSettings(true, "bucket", Surface.Review, blind, votes, 0, ImmutableSortedDictionary<string, string>.Empty);
        return AnnotationTask.For(
            Selection.ByRule(
                prediction,
                new LowConfidence(),
                settings,
                "because",
                new KeyedOrder("k", [.. new byte[32]]),
                Noon,
                isSure: true
            ),
            settings,
            Noon
        );
    }
}
