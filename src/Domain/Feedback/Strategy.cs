using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>The labelling tool that hands out the tasks of a loop.</summary>
public enum Surface
{
    /// <summary>The review page.</summary>
    Review = 0,

    /// <summary>Label Studio.</summary>
    LabelStudio,

    /// <summary>No labelling tool: photos that the loop selects need no annotator.</summary>
    None,
}

/// <summary>
/// Decides which predictions a loop selects. Each strategy is one file in the folder <c>Strategies</c> beside this file, derived from
/// <see cref="WindowStrategy{T}"/>, <see cref="PredictionStrategy{T}"/> or <see cref="FeedbackStrategy{T}"/>. Everything else (the loop
/// with its page, its settings form, its API, its folders and its bucket) follows from it. Strategies are pure: they receive all their
/// inputs as parameters, and the same input gives the same result.
/// </summary>
public abstract class Strategy
{
    private protected Strategy() { }

    /// <summary>
    /// Name of the loop in addresses, folders and the database: at most 40 lower-case letters and digits. The name never changes.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Display name, 3 to 50 characters.</summary>
    public abstract string Title { get; }

    /// <summary>Describes what the strategy selects, in a sentence or two.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// Version of the strategy. Increase it whenever the same input may give another result: each selection stores the version that
    /// selected.
    /// </summary>
    public virtual int Version => 1;

    /// <summary>Default bucket for labelled photos. An administrator can change it.</summary>
    public virtual string Bucket => Name;

    /// <summary>Default labelling tool for the loop's tasks. An administrator can change it.</summary>
    public virtual Surface Surface => Surface.Review;

    /// <summary>
    /// Whether the model's answer is hidden from annotators until they decide, by default. An administrator can change this.
    /// </summary>
    public virtual bool IsBlind => false;

    /// <summary>
    /// Default for the maximum number of predictions selected per day (UTC); 0 for no limit. An administrator can change it.
    /// </summary>
    public virtual int DailyLimit => 0;

    /// <summary>Names for the strategy in the lab's files.</summary>
    public virtual LabNames Lab => new(Name, Name);

    /// <summary>
    /// A settings record with default values. Attributes on its properties define their labels and valid values: see
    /// <see cref="SettingField"/>.
    /// </summary>
    public abstract object DefaultSettings { get; }

    /// <summary>
    /// Describes the settings in a few words for a chip beside the loop's name: "below 70%". Empty when there is nothing to show.
    /// </summary>
    /// <param name="settings">Settings of the type of <see cref="DefaultSettings"/>.</param>
    public virtual string Describe(object settings) => "";
}

/// <summary>
/// Draws predictions from each closed window, based only on their ids. Such a draw is random and can be used to measure accuracy.
/// </summary>
public abstract class WindowStrategy : Strategy
{
    private protected WindowStrategy() { }

    /// <summary>
    /// Draws from all predictions of a window, given in any order. Drawing from the union of two sets gives the same result as drawing from
    /// the union of their draws, so a large window can be drawn piece by piece.
    /// </summary>
    /// <param name="window">Ids of the window's predictions.</param>
    /// <param name="settings">Settings of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    /// <param name="order">The random order to draw in.</param>
    public abstract IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> window, object settings, KeyedOrder order);
}

/// <inheritdoc cref="WindowStrategy"/>
/// <typeparam name="TSettings">A record with a parameterless constructor.</typeparam>
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
/// <param name="Id">Id of the prediction.</param>
/// <param name="CreatedAt">When the model answered, UTC.</param>
/// <param name="Probabilities">The full answer; values may be <see cref="float.NaN"/> where only the best class is known.</param>
public sealed record Candidate(Guid Id, DateTimeOffset CreatedAt, ClassProbabilities Probabilities);

/// <summary>A prediction that a strategy chooses.</summary>
/// <param name="PredictionId">Id of the prediction.</param>
/// <param name="Reason">The reason, in a few words without names of people: "54% sure, below 70%".</param>
/// <param name="Priority">Position among all picks of the loop, old and new. When a limit excludes some of them, the smallest values are
/// selected first, and of equal values the oldest pick.</param>
public sealed record Pick(Guid PredictionId, string Reason, double Priority = 0);

/// <summary>
/// Limits on a strategy's selections per day (UTC), in addition to the loop's daily limit. Predictions beyond a limit wait for the next
/// day.
/// </summary>
/// <param name="PerClass">Maximum number of predictions per predicted class; 0 for no limit.</param>
/// <param name="PerUploader">Maximum number of predictions per uploader; 0 for no limit.</param>
public sealed record SelectionLimits(int PerClass = 0, int PerUploader = 0);

/// <summary>Inputs for a strategy besides the candidates.</summary>
/// <param name="Now">The time, UTC.</param>
/// <param name="Order">A repeatable random order.</param>
public sealed record SelectionContext(DateTimeOffset Now, KeyedOrder Order);

/// <summary>Examines each prediction a few seconds after it was made, in small batches.</summary>
public abstract class PredictionStrategy : Strategy
{
    private protected PredictionStrategy() { }

    /// <summary>
    /// Returns the candidates that are worth labelling, in any order. The choice of a candidate and its <see cref="Pick.Priority"/> do not
    /// depend on the other candidates, because candidates come in small batches as photos arrive. Limits are not applied here, see
    /// <see cref="LimitsOf"/>.
    /// </summary>
    /// <param name="candidates">The predictions to examine.</param>
    /// <param name="settings">Settings of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    /// <param name="context">Further inputs.</param>
    public abstract IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, object settings, SelectionContext context);

    /// <summary>Returns the daily limits on the chosen predictions.</summary>
    /// <param name="settings">Settings of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    public abstract SelectionLimits LimitsOf(object settings);
}

/// <inheritdoc cref="PredictionStrategy"/>
/// <typeparam name="TSettings">A record with a parameterless constructor.</typeparam>
public abstract class PredictionStrategy<TSettings> : PredictionStrategy
    where TSettings : class, new()
{
    public sealed override object DefaultSettings => new TSettings();

    public sealed override IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, object settings, SelectionContext context) =>
        Choose(candidates, (TSettings)settings, context);

    public sealed override SelectionLimits LimitsOf(object settings) => LimitsOf((TSettings)settings);

    /// <inheritdoc cref="PredictionStrategy.LimitsOf"/>
    protected virtual SelectionLimits LimitsOf(TSettings settings) => new();

    public sealed override string Describe(object settings) => Describe((TSettings)settings);

    /// <inheritdoc cref="PredictionStrategy.Choose"/>
    protected abstract IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, TSettings settings, SelectionContext context);

    /// <inheritdoc cref="Strategy.Describe"/>
    protected virtual string Describe(TSettings settings) => "";
}

/// <summary>Feedback from a person, as strategies see it.</summary>
/// <param name="PredictionId">Id of the prediction.</param>
/// <param name="Kind">A flag or a correction.</param>
/// <param name="Prediction">The prediction with the model's answer.</param>
/// <param name="ClassIndex">Index of the class that the person named; null for a flag.</param>
public sealed record FeedbackCandidate(Guid PredictionId, FeedbackKind Kind, Candidate Prediction, int? ClassIndex);

/// <summary>Examines flags or corrections, each of them once.</summary>
public abstract class FeedbackStrategy : Strategy
{
    private protected FeedbackStrategy() { }

    /// <summary>The kind of feedback that the strategy examines: flags or corrections.</summary>
    public abstract FeedbackKind Kind { get; }

    /// <returns>The pick with its reason; null when the prediction is not worth labelling.</returns>
    /// <param name="candidate">The feedback, of the kind <see cref="Kind"/>.</param>
    /// <param name="settings">Settings of the type of <see cref="Strategy.DefaultSettings"/>.</param>
    /// <param name="context">Further inputs.</param>
    public abstract Pick? Choose(FeedbackCandidate candidate, object settings, SelectionContext context);
}

/// <inheritdoc cref="FeedbackStrategy"/>
/// <typeparam name="TSettings">A record with a parameterless constructor.</typeparam>
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

/// <summary>Names in the lab's task files for the way in which a photo was selected.</summary>
/// <param name="Source">Value of the field <c>source</c>.</param>
/// <param name="Feedback">Value of the field <c>user_feedback</c>.</param>
public sealed record LabNames(string Source, string Feedback);
