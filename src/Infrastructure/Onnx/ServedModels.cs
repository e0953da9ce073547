using System.Diagnostics.CodeAnalysis;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// The model that answers on this node: a session for the network and, for a model trained here, a head that is applied to its embedding.
/// A switch replaces one immutable object, so every request ends with the model that it began with. A new model is on probation for its
/// first answers: the model before it stays ready and answers in its place if it fails.
/// </summary>
internal sealed class ServedModels : IClassifier, IModelSwitch, INetworks, IDisposable, IAsyncDisposable
{
    /// <summary>Number of answers after which a new model has proved itself.</summary>
    public const int Probation = 100;

    private readonly Lock switching = new();
    private readonly OnnxClassifier first;
    private readonly Lazy<LinearHead?> baseHead;
    private readonly ILogger logger;
    private readonly List<Task> closing = [];
    private Served served;
    private ServingFault? fault;
    private bool isDisposed;

    /// <param name="first">The model that was loaded at start. It is disposed with this object.</param>
    /// <param name="head">Reads the head of its file when it is first needed; null if it cannot be replaced.</param>
    /// <param name="logger">Logs switches.</param>
    public ServedModels(OnnxClassifier first, Func<LinearHead?> head, ILogger logger)
    {
        this.first = first;
        this.logger = logger;
        baseHead = new Lazy<LinearHead?>(head);
        served = new Served(first, first.Model, head: null, former: null);
    }

    public ModelDescription Base => first.Model;

    public LinearHead? BaseHead => baseHead.Value;

    public ModelDescription Model => Volatile.Read(ref served).Model;

    public ModelDescription Serving => Model;

    public IModelLease Lease()
    {
        while (true)
        {
            var now = Volatile.Read(ref served);
            try
            {
                return new ModelLease(this, now, now.Session.Lease());
            }
            catch (ObjectDisposedException) when (now != Volatile.Read(ref served) && !Volatile.Read(ref isDisposed))
            {
                // Another session was published between the two reads.
            }
        }
    }

    public void Serve(ModelDescription model, LinearHead? head)
    {
        if (model.Backbone != first.Model.Backbone)
            throw new ArgumentException(
                $"Model {model.Version} was trained on another network than the one that is loaded.",
                nameof(model)
            );
        RequireFit(head, first.Model);
        Publish(first, model, head);
    }

    public async Task ServeFolderAsync(
        string directory,
        string variant,
        Func<ModelDescription, (ModelDescription Model, LinearHead Head)>? replaceHead,
        CancellationToken cancellationToken
    )
    {
        var session = await LoadSessionAsync(directory, variant, cancellationToken);
        try
        {
            var (model, head) = replaceHead is null ? (session.Model, null) : replaceHead(session.Model);
            RequireFit(head, session.Model);
            Publish(session, model, head);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    IClassifier INetworks.Base => first;

    public async Task<ILoadedNetwork> LoadAsync(string directory, string variant, CancellationToken cancellationToken) =>
        new LoadedNetwork(await LoadSessionAsync(directory, variant, cancellationToken));

    public ServingFault? TakeFault() => Interlocked.Exchange(ref fault, null);

    /// <summary>Stops giving out leases, without waiting for the active ones.</summary>
    public void Dispose()
    {
        foreach (var session in CloseAll())
            session.Dispose();
    }

    /// <summary>Stops giving out leases and waits for the active ones, of earlier sessions too.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in CloseAll())
            await session.DisposeAsync();
        Task[] earlier;
        lock (switching)
            earlier = [.. closing];
        await Task.WhenAll(earlier);
    }

    private async Task<OnnxClassifier> LoadSessionAsync(string directory, string variant, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => ModelLoader.Load(directory, variant, logger), cancellationToken);
        }
        catch (ModelException e)
        {
            throw new UnusableModelException(e.Message, e);
        }
    }

    private static void RequireFit(LinearHead? head, ModelDescription network)
    {
        if (head is not null && (head.Classes != network.Labels.Length || head.Dimension != network.EmbeddingSize))
        {
            throw new ArgumentException(
                $"The head has {head.Classes}×{head.Dimension} weights, but the network needs "
                    + $"{network.Labels.Length}×{network.EmbeddingSize}.",
                nameof(head)
            );
        }
    }

    private HashSet<OnnxClassifier> CloseAll()
    {
        lock (switching)
        {
            Volatile.Write(ref isDisposed, true);
            var sessions = new HashSet<OnnxClassifier> { first, served.Session };
            if (served.Former is { } former)
                sessions.Add(former.Session);
            return sessions;
        }
    }

    private void Publish(OnnxClassifier session, ModelDescription model, LinearHead? head)
    {
        lock (switching)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            var retired = served.Former;
            Volatile.Write(ref served, new Served(session, model, head, served.WithoutFormer()));
            Retire(retired);
        }

        logger.LogInformation("Model {Model} {Version} answers from now on", model.Name, model.Version);
    }

    /// <summary>Returns to the model before, if the given one is still the one that answers.</summary>
    private void GiveUp(Served failed, string reason)
    {
        lock (switching)
        {
            if (served != failed || failed.Former is not { } former)
                return;
            Volatile.Write(ref served, former);
            Volatile.Write(ref fault, new ServingFault(failed.Model, reason));
            Retire(failed);
        }

        logger.LogError(
            "Model {Model} {Version} failed, so version {Former} answers again: {Reason}",
            failed.Model.Name,
            failed.Model.Version,
            failed.Former.Model.Version,
            reason
        );
    }

    /// <summary>Ends the probation: the model before is no longer needed.</summary>
    private void Confirm(Served proved)
    {
        lock (switching)
        {
            if (served != proved)
                return;
            Volatile.Write(ref served, proved.WithoutFormer());
            Retire(proved.Former);
        }
    }

    /// <summary>Closes a session that answers no more, unless it is the first one, which heads that are trained here need.</summary>
    private void Retire(Served? retired)
    {
        if (retired is null || retired.Session == first || retired.Session == served.Session || retired.Session == served.Former?.Session)
            return;
        closing.RemoveAll(task => task.IsCompletedSuccessfully);
        closing.Add(CloseAsync(retired.Session));
    }

    private static async Task CloseAsync(OnnxClassifier session)
    {
        await session.DisposeAsync();
        NativeMemoryReturn.Trim();
    }

    /// <summary>What answers between two switches. Each switch is an object of its own, even to a model that answered before.</summary>
    /// <param name="session">Runs the network.</param>
    /// <param name="model">Describes the model.</param>
    /// <param name="head">Replaces the head of the file; null for the file's own.</param>
    /// <param name="former">The model before, during probation.</param>
    private sealed class Served(OnnxClassifier session, ModelDescription model, LinearHead? head, Served? former)
    {
        private int answers;

        public OnnxClassifier Session => session;

        public ModelDescription Model => model;

        public Served? Former => former;

        /// <summary>Returns the same model after its probation.</summary>
        public Served WithoutFormer() => new(session, model, head, former: null);

        /// <summary>Counts an answer during probation.</summary>
        /// <returns>Whether the probation is over with this answer.</returns>
        public bool CountAnswer() => former is not null && Interlocked.Increment(ref answers) == Probation;

        /// <summary>Runs the model; false if it failed and the model before can answer instead.</summary>
        public bool TryRun(
            IModelLease lease,
            ReadOnlySpan<byte> rgb,
            CancellationToken cancellationToken,
            [NotNullWhen(true)] out ClassifierOutput? output,
            [NotNullWhen(false)] out string? reason
        )
        {
            try
            {
                output = Apply(lease.Run(rgb, cancellationToken));
                reason =
                    CanReplace && !Array.TrueForAll(output.Logits, float.IsFinite) ? "It answered with numbers that are not finite." : null;
            }
            catch (OnnxRuntimeException e) when (CanReplace)
            {
                (output, reason) = (null, $"It could not run: {e.Message}");
            }

            return reason is null;
        }

        /// <summary>Whether the model before takes the same pixels, and so can answer in place of this one.</summary>
        private bool CanReplace =>
            former is not null && (former.Model.InputWidth, former.Model.InputHeight) == (model.InputWidth, model.InputHeight);

        private ClassifierOutput Apply(ClassifierOutput output)
        {
            if (head is null)
                return output with { Model = model };
            var logits = new float[head.Classes];
            head.Logits(output.Embedding, logits);
            return new ClassifierOutput(model, logits, output.Embedding);
        }
    }

    private sealed class LoadedNetwork(OnnxClassifier session) : ILoadedNetwork
    {
        public ModelDescription Model => session.Model;

        public IModelLease Lease() => session.Lease();

        public ValueTask DisposeAsync() => new(CloseAsync(session));
    }

    private sealed class ModelLease(ServedModels owner, Served served, IModelLease session) : IModelLease
    {
        public ModelDescription Model => served.Model;

        public ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
        {
            if (served.TryRun(session, rgb, cancellationToken, out var output, out var reason))
            {
                if (served.CountAnswer())
                    owner.Confirm(served);
                return output;
            }

            // Only a model on probation gets here.
            owner.GiveUp(served, reason);
            using var lease = owner.Lease();
            return lease.Run(rgb, cancellationToken);
        }

        public void Dispose() => session.Dispose();
    }
}
