using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What a person does and sees on the page Classify.</summary>
internal static class ClassifyWindow
{
    extension(BrowserWindow window)
    {
        /// <summary>Cards with the model's answer.</summary>
        public ILocator Results => window.Page.Locator("article.shot:has(.bars)");

        /// <summary>Cards of photos that have no answer yet.</summary>
        public ILocator Waiting => window.Page.Locator("article.shot:has([data-cancel])");

        /// <summary>Chooses photos; with scripts they are sent by themselves.</summary>
        public Task ChooseAsync(params FilePayload[] photos) =>
            window.Page.Locator("form.drop input[type=file]").First.SetInputFilesAsync(photos);

        /// <summary>Lets no photo through until what it returns is set.</summary>
        public async Task<TaskCompletionSource> HoldPostsAsync()
        {
            var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await window.OnPostAsync(async route =>
            {
                await release.Task;
                await route.ContinueAsync();
            });
            return release;
        }

        /// <summary>Comes between the page and the server wherever a form is sent.</summary>
        public Task OnPostAsync(Func<IRoute, Task> handler) =>
            window.Page.RouteAsync("**/*", route => route.Request.Method == "POST" ? handler(route) : route.FallbackAsync());
    }

    /// <summary>A drawing that comes with the project.</summary>
    public static FilePayload Sample(string name) => Photo(name, File.ReadAllBytes(Repository.PathOf("samples", name)));

    /// <summary>A drawing that no test has sent before.</summary>
    public static FilePayload New(string name = "lunch.jpg") => Photo(name, Photos.New());

    /// <summary>What an iPhone keeps photos as.</summary>
    public static FilePayload Heic(string name = "IMG_0042.HEIC") =>
        Photo(name, [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], "image/heic");

    public static FilePayload Photo(string name, byte[] bytes, string mediaType = "image/jpeg") =>
        new()
        {
            Name = name,
            MimeType = mediaType,
            Buffer = bytes,
        };
}
