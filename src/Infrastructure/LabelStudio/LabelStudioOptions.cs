using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>How this server reaches Label Studio, and how Label Studio reaches the object store.</summary>
[SettingsSection("LabelStudio")]
public sealed class LabelStudioOptions
{
    /// <summary>Value of <see cref="StoreEndpoint"/> that leaves the endpoint to Label Studio.</summary>
    public const string Own = "own";

    /// <summary>Message while Label Studio is not connected.</summary>
    internal const string NotConnected = "Label Studio is not connected: set LabelStudio:Url and LabelStudio:ApiKey.";

    [Description("Address of Label Studio (1.16 to 1.23), e.g. `http://label-studio:8080`. Empty: it is not used.")]
    public string? Url { get; set; }

    [Description("A token of a Label Studio user who may make projects: a personal access token, or a legacy token.")]
    [Secret]
    public string? ApiKey { get; set; }

    [Description(
        "Address under which Label Studio reaches this server, for its webhooks, where that is another than `GourmetGram:PublicUrl`, "
            + "e.g. `http://gourmetgram.internal:8080`."
    )]
    public string? CallbackUrl { get; set; }

    [Description("Longest wait for an answer of Label Studio, in seconds. A sync that takes longer is waited for all the same.")]
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 100;

    [Description(
        "Address under which Label Studio reaches the S3 server, where it is another than ours; `own` where it is set on Label Studio "
            + "itself (`S3_ENDPOINT`), which then also tells why it cannot read a bucket. Empty means `ObjectStore:Endpoint`."
    )]
    public string? StoreEndpoint { get; set; }

    [Description("Name of the S3 key that Label Studio gets. Empty means ours.")]
    [Secret]
    public string? StoreAccessKey { get; set; }

    [Description("The S3 key that Label Studio gets. Empty means ours.")]
    [Secret]
    public string? StoreSecretKey { get; set; }

    /// <summary>The address with a slash at its end; null when none is set.</summary>
    public Uri? Address => string.IsNullOrEmpty(Url) ? null : new Uri(Url.TrimEnd('/') + "/");
}

/// <summary>Checks what attributes cannot check. Tokens are secrets, so no message shows one.</summary>
internal sealed class LabelStudioOptionsValidator : IValidateOptions<LabelStudioOptions>
{
    public ValidateOptionsResult Validate(string? name, LabelStudioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        if (!string.IsNullOrEmpty(options.Url) && !IsAddress(options.Url))
            faults.Add(
                "LabelStudio:Url must be an address as http://label-studio:8080, without query, fragment and user. Found: "
                    + $"'{Redaction.WithoutUser(options.Url)}'."
            );
        if (!string.IsNullOrEmpty(options.Url) && string.IsNullOrEmpty(options.ApiKey))
            faults.Add(
                "LabelStudio:ApiKey is empty, but LabelStudio:Url is set: set it to a token of a Label Studio user, or name a file in "
                    + "LabelStudio:ApiKeyFile."
            );
        if (
            !string.IsNullOrEmpty(options.StoreEndpoint)
            && options.StoreEndpoint != LabelStudioOptions.Own
            && !IsAddress(options.StoreEndpoint)
        )
            faults.Add(
                $"LabelStudio:StoreEndpoint must be an address as http://minio:9000, or '{LabelStudioOptions.Own}'. Found: "
                    + $"'{Redaction.WithoutUser(options.StoreEndpoint)}'."
            );
        if (!string.IsNullOrEmpty(options.CallbackUrl) && !IsAddress(options.CallbackUrl))
            faults.Add(
                "LabelStudio:CallbackUrl must be an address as http://gourmetgram.internal:8080, without query, fragment and user. "
                    + $"Found: '{Redaction.WithoutUser(options.CallbackUrl)}'."
            );
        if (string.IsNullOrEmpty(options.StoreAccessKey) != string.IsNullOrEmpty(options.StoreSecretKey))
            faults.Add("LabelStudio:StoreAccessKey and LabelStudio:StoreSecretKey belong together: set both, or neither.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && address is { Query: "", Fragment: "", UserInfo: "" };
}
