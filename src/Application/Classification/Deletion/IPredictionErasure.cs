using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Removes what a later module stores about predictions that are being deleted. Classification declares the port and each module that
/// stores data about predictions implements it, so that Classification does not depend on later modules.
/// </summary>
public interface IPredictionErasure
{
    /// <summary>Marks the module's rows for removal, in the step that removes the predictions.</summary>
    /// <returns>What the module removes.</returns>
    Task<DeletionReport> EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the objects that the module stores outside the database for deleted predictions. Called in a step after the one that removed
    /// the rows.
    /// </summary>
    Task<ILookup<Guid, ObjectAddress>> ObjectsOfAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken) =>
        Task.FromResult(Enumerable.Empty<(Guid Id, ObjectAddress Object)>().ToLookup(pair => pair.Id, pair => pair.Object));

    /// <summary>Marks the rows that named these objects for removal, after all objects of these predictions were deleted.</summary>
    Task ForgetObjectsAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken) => Task.CompletedTask;
}
