using System.Net.Http.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.LabelStudio;

/// <summary>What annotators see in a browser. The double has no pages, so these tests need a real Label Studio.</summary>
[OnARealLabelStudio]
public sealed class LabelingPageTests(BrowserFixture browser) : LabelStudioTests
{
    protected override ModelDescription Model { get; } =
        Some.LoadedModel with
        {
            Name = "food",
            Labels =
            [
                "Bread",
                "Dairy product",
                "Dessert",
                "Egg",
                "Fried food",
                "Meat",
                "Noodles/Pasta",
                "Rice",
                "Seafood",
                "Soup",
                "Vegetable/Fruit",
            ],
        };

    [Theory]
    [InlineData(4000, 3000)]
    [InlineData(3000, 4000)]
    public async Task All_classes_stand_beside_the_photo_which_is_no_higher_than_the_window_and_keys_choose(int width, int height)
    {
        await SwitchAsync(Surface.LabelStudio);
        await Host.SendAsync(new ProvisionProjects.Command());
        var project = Assert.Single(LabelStudio.AllProjects).Id;
        var svg =
            $"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>"
            + $"<rect width='9999' height='9999' fill='tan'/></svg>";
        var data = new
        {
            image = $"data:image/svg+xml,{Uri.EscapeDataString(svg)}",
            ml_prediction = "Soup",
            confidence = 0.4,
        };
        using (var imported = await LabelStudio.Admin.PostAsJsonAsync($"api/projects/{project}/import", new[] { new { data } }, Cancel))
            imported.EnsureSuccessStatusCode();
        var task = Assert.Single(LabelStudio.AllTasks).Id;

        await using var window = await browser.OpenAsync(LabelStudio.Address);
        var session = await LabelStudio.NewPerson("Ada", "", "ada@example.com").LogInAsync();
        await window.Page.Context.AddCookiesAsync([
            new Cookie
            {
                Name = "sessionid",
                Value = session,
                Url = LabelStudio.Address.ToString(),
            },
        ]);
        await window.GoAsync($"projects/{project}/data?task={task}");
        foreach (var label in Model.Labels)
            await Expect(window.Page.Locator("label").Filter(new() { HasText = label }).First).ToBeInViewportAsync(new() { Ratio = 1 });
        var photo = window.Page.Locator("img[src^='data:image/svg']").First;
        var place = await photo.BoundingBoxAsync();
        var choices = await window.Page.Locator("label").Filter(new() { HasText = "Bread" }).First.BoundingBoxAsync();
        Assert.InRange(place!.Y + place.Height, 1, 900);
        Assert.True(place.X + place.Width <= choices!.X, $"The photo ends at {place.X + place.Width}, the choices begin at {choices.X}.");

        await window.Page.Keyboard.PressAsync("q");
        await Expect(window.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Vegetable/Fruit" })).ToBeCheckedAsync();
    }
}
