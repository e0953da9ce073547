using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Spool;

/// <summary>A real store that a test takes away and gives back.</summary>
internal sealed class SwitchedStore(IObjectStore store) : ForwardingStore(store)
{
    private int puts;

    /// <summary>What happens before a photo is written; null when nothing does.</summary>
    public Func<CancellationToken, Task>? BeforePut { get; set; }

    /// <summary>What happens after a photo was written.</summary>
    public Func<Task>? AfterPut { get; set; }

    /// <summary>What happens after tags were written.</summary>
    public Func<Task>? AfterTags { get; set; }

    /// <summary>How often somebody tried to write.</summary>
    public int Puts => puts;

    public void TakeAway() => BeforePut = _ => throw new StoreUnavailableException("the test took the store away.");

    public void GiveBack() => BeforePut = null;

    public override async Task PutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Increment(ref puts);
        if (BeforePut is { } before)
            await before(cancellationToken);
        await base.PutAsync(address, content, mediaType, cancellationToken);
        if (AfterPut is { } after)
            await after();
    }

    public override async Task WriteTagsAsync(
        ObjectAddress address,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken
    )
    {
        await base.WriteTagsAsync(address, tags, cancellationToken);
        if (AfterTags is { } after)
            await after();
    }
}
