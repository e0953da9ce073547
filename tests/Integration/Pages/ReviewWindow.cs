using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What an annotator does and sees on the review page, and the photos to review.</summary>
internal static class ReviewWindow
{
    /// <summary>Address of the photo on the screen.</summary>
    public const string Photos = "**/image?size=1280";

    private static readonly string[] Drawings = ["drawing-fried.jpg", "drawing-egg.jpg", "drawing-dessert.jpg", "drawing-noodles-2.jpg"];

    private static int counter;

    extension(BrowserWindow window)
    {
        public ILocator Notice => window.Page.Locator("[data-says] .notice");

        public ILocator Trail => window.Page.Locator(".trail li");

        /// <summary>Opens a loop and waits for its first photo.</summary>
        public async Task ReviewAsync(string loop = "userfeedback")
        {
            await window.GoAsync($"review/{loop}");
            await window.SeesPhotoAsync();
        }

        /// <summary>A photo is on the screen, and can be labelled.</summary>
        public async Task SeesPhotoAsync()
        {
            await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
            await window.SeesAsync(window.Page.Locator("[data-shown]"));
            await Expect(window.Page.Locator("[data-shown]")).ToHaveJSPropertyAsync("complete", true);
            Assert.True(
                await window.Page.Locator("[data-shown]").EvaluateAsync<bool>("image => image.naturalWidth > 0"),
                "The photo has no pixels."
            );
            await window.SeesAsync(window.Page.Locator("#decide button[name=class]").First);
        }

        /// <summary>All labels so far are acknowledged, and what comes next is on the screen.</summary>
        public async Task SavedAsync(int labelled)
        {
            await window.CountsAsync(labelled);
            await Expect(window.Page.Locator(".trail small.wait")).ToHaveCountAsync(0);
            await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        }

        public Task CountsAsync(int labelled) =>
            Expect(window.Page.Locator("[data-count]"))
                .ToHaveTextAsync(new Regex($"^{labelled} of ", RegexOptions.None, TimeSpan.FromSeconds(1)));

        /// <summary>The photo on the screen and the next one are there, so that labels can be given without a connection.</summary>
        public async Task LoadedAheadAsync(Func<Task> work, int photos = 2)
        {
            var loaded = new HashSet<string>();
            window.Page.RequestFinished += (_, request) =>
            {
                if (request.Url.EndsWith("size=1280", StringComparison.Ordinal))
                    loaded.Add(request.Url);
            };
            await work();
            await Waiting.UntilAsync(() => Task.FromResult(loaded.Count >= photos));
        }

        /// <summary>The photo on the screen, which the page names by its task only; of a loop that is not blind.</summary>
        public async Task<Guid> PhotoAsync()
        {
            var task = await window.Page.Context.APIRequest.PostAsync(
                "api/v1/loops/userfeedback/tasks/next",
                new() { DataObject = new { task = await window.TaskAsync() } }
            );
            return (await task.JsonAsync())!.Value.GetProperty("predictionId").GetGuid();
        }

        /// <summary>The task on the screen.</summary>
        public async Task<Guid> TaskAsync() => Guid.Parse(await window.Page.Locator("input[name=task]").InputValueAsync());
    }

    extension(AppClient admin)
    {
        /// <summary>Uploads photos that nobody has sent before, flags them, and lets the loops look at them.</summary>
        public async Task<IReadOnlyList<Guid>> FlagPhotosAsync(int count)
        {
            var ids = new List<Guid>();
            for (var i = 0; i < count; i++)
            {
                var bytes = Fixtures.Photos.WithSegment(
                    Fixtures.Photos.Golden(Drawings[i % Drawings.Length]),
                    0xFE,
                    BitConverter.GetBytes(Interlocked.Increment(ref counter))
                );
                var photo = await admin.UploadAsync(bytes);
                (await admin.FlagAsync(photo.Id)).Dispose();
                ids.Add(photo.Id);
            }

            Assert.Equal("Completed", (await admin.RunJobAsync("select-candidates"))["state"]!.GetValue<string>());
            return ids;
        }

        /// <summary>What has come of the loop of flagged photos.</summary>
        public async Task<JsonNode> CountsAsync() =>
            (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/loops/userfeedback", TestContext.Current.CancellationToken))!["loop"]![
                "counts"
            ]!;

        public async Task<int> LabelledAsync() => (await admin.CountsAsync())["labelled"]!.GetValue<int>();
    }
}
