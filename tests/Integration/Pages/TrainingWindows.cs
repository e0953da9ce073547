using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Labels photos that may train a model.</summary>
internal static class TrainingWindows
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Lets the loop of photos with a low confidence select every photo.</summary>
    public static async Task SelectEveryPhotoAsync(AppClient admin)
    {
        using var all = await admin.SendAsync(
            HttpMethod.Patch,
            "api/v1/loops/lowconfidence",
            JsonContent.Create(new { dailyLimit = 0, settings = new { threshold = 1, perUploader = 0 } })
        );
        all.EnsureSuccessStatusCode();
    }

    /// <summary>
    /// Uploads photos and labels them in a window that may train. Half of the windows are reserved for measuring, so one or two tries give
    /// such a window.
    /// </summary>
    /// <param name="admin">The administrator, who uploads and labels.</param>
    /// <param name="labels">Labels to give, in turn.</param>
    /// <returns>Ids of the photos of that window.</returns>
    public static async Task<IReadOnlyList<Guid>> LabelAsync(AppClient admin, params string[] labels)
    {
        var photos = new List<Guid>();
        bool isMeasuring;
        do
        {
            photos.Clear();
            for (var i = 0; i < 4; i++)
                photos.Add((await admin.UploadAsync(Fixtures.Photos.NewKept())).Id);
            await admin.RunJobAsync("random-sampling");
            var windows = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/windows", Cancel))!["items"]!.AsArray();
            isMeasuring = windows[0]!["forMeasuring"]!.GetValue<bool>();
        } while (isMeasuring);

        await admin.RunJobAsync("select-candidates");
        for (var i = 0; ; i++)
        {
            using var asked = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/lowconfidence/tasks/next");
            if (asked.StatusCode != HttpStatusCode.OK)
                return photos;
            var task = (await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            using var labelled = await admin.SendAsync(
                HttpMethod.Post,
                $"api/v1/tasks/{task["id"]}/label",
                JsonContent.Create(new { @class = labels[i % labels.Length] })
            );
            Assert.Equal(HttpStatusCode.Created, labelled.StatusCode);
        }
    }
}
