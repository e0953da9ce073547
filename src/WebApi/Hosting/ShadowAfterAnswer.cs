using GourmetGram.Application.Classification;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Hands photos of a request over to the model in shadow when its response has been sent.</summary>
internal sealed class ShadowAfterAnswer([FromKeyedServices(IShadow.Direct)] IShadow runner, IHttpContextAccessor accessor) : IShadow
{
    public bool IsOn => runner.IsOn;

    public void Offer(ShadowPhoto photo)
    {
        if (accessor.HttpContext is not { } context)
        {
            runner.Offer(photo);
            return;
        }

        context.Response.OnCompleted(() =>
        {
            runner.Offer(photo);
            return Task.CompletedTask;
        });
    }
}
