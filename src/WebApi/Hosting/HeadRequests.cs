namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Answers HEAD wherever GET is answered, with the same status and headers. Routing sees the request as GET. The endpoint then sees HEAD
/// again, so that results that send files skip the body without reading the file. The server drops the bodies of all other results.
/// </summary>
internal static class HeadRequests
{
    private static readonly object IsHead = new();

    public static IApplicationBuilder UseRoutingWithHead(this IApplicationBuilder app) =>
        app.Use(
                static (context, next) =>
                {
                    if (HttpMethods.IsHead(context.Request.Method))
                    {
                        context.Items[IsHead] = true;
                        context.Request.Method = HttpMethods.Get;
                    }

                    return next(context);
                }
            )
            .UseRouting()
            .Use(
                static (context, next) =>
                {
                    if (context.Items.Remove(IsHead))
                        context.Request.Method = HttpMethods.Head;
                    return next(context);
                }
            );
}
