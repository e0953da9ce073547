using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using SkiaSharp;
using ZXing;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>How people add and use other ways to sign in, in a browser.</summary>
public sealed class PasskeyPageTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(Screen.Desktop, false)]
    [InlineData(Screen.Phone, true)]
    public async Task A_person_adds_a_passkey_signs_in_with_it_and_removes_it(Screen screen, bool dark)
    {
        await using var server = Host([("Jobs__Scheduled", "false"), .. AuthorityServer.SettingsFor(new Uri("https://login.example"))]);
        // Passkeys belong to a host name, not to an address.
        var address = new UriBuilder(server.Address) { Host = "localhost" }.Uri;
        await using var window = await browser.OpenAsync(address, screen, dark);
        var authenticator = await window.Page.Context.NewCDPSessionAsync(window.Page);
        await authenticator.SendAsync("WebAuthn.enable");
        await authenticator.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new Dictionary<string, object>
            {
                ["options"] = new Dictionary<string, object>
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = true,
                    ["isUserVerified"] = true,
                    ["automaticPresenceSimulation"] = true,
                },
            }
        );
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("account");
        await window.Page.GetByLabel("Name of the new passkey").FillAsync("work laptop");
        await window.Page.Locator("#passkeys").GetByLabel("Current password").FillAsync(Person.Password);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        var row = window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "work laptop" });
        await Expect(row).ToContainTextAsync("Never");
        await CheckAsync("passkey-added");

        await window.Page.Context.ClearCookiesAsync();
        await window.GoAsync("sign-in");
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Harbour Catering" })).ToBeVisibleAsync();
        await CheckAsync("sign-in");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Expect(window.Page.Locator(".account")).ToContainTextAsync("Ada");
        await window.GoAsync("account");
        await Expect(row).Not.ToContainTextAsync("Never");
        // The authenticator has a passkey of this person already.
        await window.Page.Locator("#passkeys").GetByLabel("Current password").FillAsync(Person.Password);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await window.SeesTextAsync("This device has a passkey for this account already.");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Remove work laptop" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);

        await window.Page.Context.ClearCookiesAsync();
        await window.GoAsync("sign-in");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await window.SeesTextAsync("This passkey was not accepted. Try again, or sign in another way.");
        await CheckAsync("passkey-refused");
        Assert.Empty(window.Faults);

        async Task CheckAsync(string name)
        {
            await window.AssertFitsAsync();
            await window.AssertAccessibleAsync();
            await window.ScreenshotAsync($"{name}-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");
        }
    }

    [Fact]
    public async Task Without_scripts_a_person_signs_in_with_a_password_and_sees_no_button_that_does_nothing()
    {
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var window = await browser.OpenAsync(server.Address, scripts: false);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("account");
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" })).ToBeHiddenAsync();
        await window.SeesTextAsync("To add a passkey, use a browser that supports passkeys, with JavaScript.");
        await window.GoAsync("sign-in");
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" })).ToBeHiddenAsync();
    }

    [Fact]
    public async Task An_authenticator_app_reads_the_secret_from_the_screen()
    {
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var window = await browser.OpenAsync(server.Address, dark: true);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("account");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Add a code app" }).ClickAsync();
        var secret = await window.Page.Locator("#second-factor .secret code").InnerTextAsync();
        using var picture = SKBitmap.Decode(await window.Page.Locator(".qr").ScreenshotAsync());
        var pixels = picture.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue }).ToArray();
        var reader = new BarcodeReaderGeneric { Options = { PossibleFormats = [BarcodeFormat.QR_CODE] } };
        var read = reader.Decode(new RGBLuminanceSource(pixels, picture.Width, picture.Height, RGBLuminanceSource.BitmapFormat.RGB24));
        Assert.Equal($"otpauth://totp/GourmetGram:Ada?secret={secret}&issuer=GourmetGram", read?.Text);
        await window.AssertAccessibleAsync();
        await window.ScreenshotAsync("second-factor-desktop-dark");
        await window.Page.GetByLabel("Code that the app shows").FillAsync(AppCode.Of(secret, TimeProvider.System.GetUtcNow()));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Check the code" }).ClickAsync();
        await window.SeesTextAsync("Save these codes: each replaces one once.");
        Assert.Empty(window.Faults);
    }
}
