using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>Who hands out the tasks of a loop.</summary>
public enum Surface
{
    /// <summary>The review page.</summary>
    Review = 0,

    /// <summary>Label Studio.</summary>
    LabelStudio,

    /// <summary>Nobody: what the loop selects needs no annotator.</summary>
    None,
}

/// <summary>
/// Decides which predictions are worth a person's look. One strategy is one file in this folder's <c>Strategies</c>, derived from <see cref="WindowStrategy{T}"/>,
/// <see cref="PredictionStrategy{T}"/> or <see cref="FeedbackStrategy{T}"/>; everything else (the loop with its page, its settings form, its API, its folders and its bucket) follows from it.
/// Strategies are pure: what they need is passed in, and the same input gives the same answer.
/// </summary>
public abstract class Strategy
{
    private protected Strategy() { }

    /// <summary>Lower-case letters and digits, at most 40; names the loop in addresses, folders and the database. Never changed.</summary>
    public abstract string Name { get; }

    /// <summary>The name in words, 3 to 50 characters.</summary>
    public abstract string Title { get; }

    /// <summary>What it selects, in a sentence or two.</summary>
    public abstract string Description { get; }

    /// <summary>One more whenever the same input may give another answer than before: the ledger keeps which version selected.</summary>
    public virtual int Version => 1;

    /// <summary>The bucket that labelled photos go to, unless an administrator says otherwise.</summary>
    public virtual string Bucket => Name;

    /// <summary>Who hands out its tasks, unless an administrator says otherwise.</summary>
    public virtual Surface Surface => Surface.Review;

    /// <summary>Whether annotators see no answer of the model before they decide, unless an administrator says otherwise.</summary>
    public virtual bool IsBlind => false;

    /// <summary>What the lab's files call it.</summary>
    public virtual LabNames Lab => new(Name, Name);

    /// <summary>A record of settings with their defaults. Its properties say by attributes what they are called and which values they take: see <see cref="SettingField"/>.</summary>
    public abstract object DefaultSettings { get; }

    /// <summary>The settings in a few words, for a chip beside the loop's name: "below 70%". Empty when there is nothing to say.</summary>
    /// <param name="settings">Of the type of <see cref="DefaultSettings"/>.</param>
    public virtual string Describe(object settings) => "";
}

/// <summary>Draws from each closed window of predictions, knowing nothing of them but their ids: such a draw is random and can measure.</summary>
public abstract class WindowStrategy : Strategy
{
    private protected WindowStrategy() { }

    /// <summary>Draws from all predictions of a window, in any order. The answer for the union of two sets is that for the union of their answers, so a large window can be drawn piece by piece.</summary>
    /// <param name="window">Ids of the predictions.</param>
    /// <param name="settings">Of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    /// <param name="order">The order to draw in.</param>
    public abstract IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> window, object settings, KeyedOrder order);
}

/// <inheritdoc cref="WindowStrategy"/>
/// <typeparam name="TSettings">A record with a constructor without parameters.</typeparam>
public abstract class WindowStrategy<TSettings> : WindowStrategy
    where TSettings : class, new()
{
    public sealed override object DefaultSettings => new TSettings();

    public sealed override IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> window, object settings, KeyedOrder order) =>
        Draw(window, (TSettings)settings, order);

    public sealed override string Describe(object settings) => Describe((TSettings)settings);

    /// <inheritdoc cref="WindowStrategy.Draw"/>
    protected abstract IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> window, TSettings settings, KeyedOrder order);

    /// <inheritdoc cref="Strategy.Describe"/>
    protected virtual string Describe(TSettings settings) => "";
}

/// <summary>A prediction as strategies see it.</summary>
/// <param name="Id">Of the prediction.</param>
/// <param name="CreatedAt">When the model answered, UTC.</param>
/// <param name="Probabilities">The full answer; values may be <see cref="float.NaN"/> where only the best class is known.</param>
public sealed record Candidate(Guid Id, DateTimeOffset CreatedAt, ClassProbabilities Probabilities);

/// <summary>A prediction that is worth a look.</summary>
/// <param name="PredictionId">Which.</param>
/// <param name="Reason">Why, in a few words without names of people: "54% sure, below 70%".</param>
public sealed record Pick(Guid PredictionId, string Reason);

/// <summary>What a strategy may know besides the candidates.</summary>
/// <param name="Now">The time, UTC.</param>
/// <param name="Order">A random order that can be repeated.</param>
/// <param name="TakenToday">How many predictions this loop has selected since midnight UTC, by predicted class; a class that is not there has none.</param>
public sealed record SelectionContext(DateTimeOffset Now, KeyedOrder Order, IReadOnlyDictionary<int, int> TakenToday);

/// <summary>Looks at each prediction, seconds after it was made, a few at a time.</summary>
public abstract class PredictionStrategy : Strategy
{
    private protected PredictionStrategy() { }

    /// <summary>Those of the candidates that are worth a look, the most worthy first: a daily limit takes from the front.</summary>
    /// <param name="candidates">New predictions, each seen once.</param>
    /// <param name="settings">Of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    /// <param name="context">What else may be known.</param>
    public abstract IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, object settings, SelectionContext context);
}

/// <inheritdoc cref="PredictionStrategy"/>
/// <typeparam name="TSettings">A record with a constructor without parameters.</typeparam>
public abstract class PredictionStrategy<TSettings> : PredictionStrategy
    where TSettings : class, new()
{
    public sealed override object DefaultSettings => new TSettings();

    public sealed override IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, object settings, SelectionContext context) =>
        Choose(candidates, (TSettings)settings, context);

    public sealed override string Describe(object settings) => Describe((TSettings)settings);

    /// <inheritdoc cref="PredictionStrategy.Choose"/>
    protected abstract IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, TSettings settings, SelectionContext context);

    /// <inheritdoc cref="Strategy.Describe"/>
    protected virtual string Describe(TSettings settings) => "";
}

/// <summary>What a person said, as strategies see it.</summary>
/// <param name="PredictionId">Of which prediction.</param>
/// <param name="Kind">A flag or a correction.</param>
/// <param name="Prediction">What the model had said.</param>
/// <param name="ClassIndex">The class that the person named; null for a flag.</param>
public sealed record FeedbackCandidate(Guid PredictionId, FeedbackKind Kind, Candidate Prediction, int? ClassIndex);

/// <summary>Looks at what people say of predictions, each flag or correction once.</summary>
public abstract class FeedbackStrategy : Strategy
{
    private protected FeedbackStrategy() { }

    /// <summary>Whether it looks at flags or at corrections.</summary>
    public abstract FeedbackKind Kind { get; }

    /// <returns>Why the prediction is worth a look; null when it is not.</returns>
    /// <param name="candidate">What was said, of this strategy's kind.</param>
    /// <param name="settings">Of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    /// <param name="context">What else may be known.</param>
    public abstract Pick? Choose(FeedbackCandidate candidate, object settings, SelectionContext context);
}

/// <inheritdoc cref="FeedbackStrategy"/>
/// <typeparam name="TSettings">A record with a constructor without parameters.</typeparam>
public abstract class FeedbackStrategy<TSettings> : FeedbackStrategy
    where TSettings : class, new()
{
    public sealed override object DefaultSettings => new TSettings();

    public sealed override Pick? Choose(FeedbackCandidate candidate, object settings, SelectionContext context) =>
        Choose(candidate, (TSettings)settings, context);

    public sealed override string Describe(object settings) => Describe((TSettings)settings);

    /// <inheritdoc cref="FeedbackStrategy.Choose"/>
    protected abstract Pick? Choose(FeedbackCandidate candidate, TSettings settings, SelectionContext context);

    /// <inheritdoc cref="Strategy.Describe"/>
    protected virtual string Describe(TSettings settings) => "";
}

/// <summary>Settings of a strategy that has none.</summary>
public sealed record NoSettings;

/// <summary>What the lab's task files call the way in which a photo was selected.</summary>
/// <param name="Source">Field <c>source</c>.</param>
/// <param name="Feedback">Field <c>user_feedback</c>.</param>
public sealed record LabNames(string Source, string Feedback);
