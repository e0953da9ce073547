using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>The steps of README from an empty server to the first label lead there, as they are written.</summary>
public sealed class FirstLabelTests(BrowserFixture browser) : ServerTests
{
    [Fact]
    public async Task The_steps_of_README_lead_to_the_first_label()
    {
        await using var server = Host();
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);

        await window.GoAsync();
        await window.Page.Locator("form.drop input[type=file]").First.SetInputFilesAsync(Repository.PathOf("samples", "bread.jpg"));
        await Expect(window.Page.Locator("article").First).ToContainTextAsync("sure");

        await RunAsync("Closes the current sampling window", "1 selected");
        // The link's name ends with the number of photos that wait, once the page knows it.
        await window.Page.Locator("a[href=review]").First.ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Review 1 of Random Sampling" }).ClickAsync();
        await window.SeesPhotoAsync();
        await Expect(window.Page.Locator("[data-answer]")).ToHaveTextAsync("The model’s answer is hidden until you decide");
        await window.Page.Keyboard.PressAsync("1");
        // The page opens the summary itself, so a test that leaves before would be interrupted.
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("You labelled 1 photo");

        await RunAsync("Imports new labels", "1 copied");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Datasets" }).First.ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Random Sampling Review" }).First.ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("Bread");
        Assert.Empty(window.Faults);

        async Task RunAsync(string job, string outcome)
        {
            await window.GoAsync("jobs");
            await window
                .Page.GetByRole(AriaRole.Row)
                .Filter(new() { HasText = job })
                .GetByRole(AriaRole.Button, new() { Name = "Run now" })
                .First.ClickAsync();
            await Expect(window.Page.GetByText(outcome).First).ToBeVisibleAsync();
        }
    }
}
