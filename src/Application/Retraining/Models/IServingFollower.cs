namespace GourmetGram.Application.Retraining;

/// <summary>Makes this node serve the model that the history of service names.</summary>
public interface IServingFollower
{
    /// <summary>
    /// Reads the history and switches if it names another model than the one that answers here. Reports a model that failed its first
    /// photos. If the model cannot be loaded now, the one before goes on, the reason is logged, and the next call tries again.
    /// </summary>
    Task FollowAsync(CancellationToken cancellationToken);
}
