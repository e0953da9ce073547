using Xunit.Sdk;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Tests that the checks of pages find what they look for.</summary>
public sealed class BrowserWindowTests(BrowserFixture browser, SqliteApp app)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_that_is_hard_to_read_is_caught(bool scripts)
    {
        await using var window = await browser.OpenAsync(app.Address, scripts: scripts);
        await window.GoAsync("privacy");
        await window.AssertAccessibleAsync();
        await window.Page.EvaluateAsync("document.querySelector('h1').style.color = '#eeeeee'");
        var finding = await Assert.ThrowsAsync<TrueException>(window.AssertAccessibleAsync);
        Assert.Contains("color-contrast", finding.Message, StringComparison.Ordinal);
    }
}
