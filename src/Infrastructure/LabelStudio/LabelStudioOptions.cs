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
    internal const string NotConnected = "Label Studio is not connected. Set LabelStudio:Url and LabelStudio:ApiKey.";

    [Description("Address of Label Studio (1.16 to 1.23), e.g. `http://label-studio:8080`. Empty means it is not used.")]
    public string? Url { get; set; }

    [Description("Token of a Label Studio user who may create projects: a personal access token or a legacy token.")]
    [Secret]
    public string? ApiKey { get; set; }

    [Description(
        "Address for webhooks from Label Studio, e.g. `http://gourmetgram.internal:8080`. Set it if Label Studio cannot reach this "
            + "server at `GourmetGram:PublicUrl`."
    )]
    public string? CallbackUrl { get; set; }

    [Description("Longest time to wait for a response from Label Studio, in seconds. Syncs may take longer.")]
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 100;

    [Description(
        "Address of the S3 server for Label Studio, if it differs from `ObjectStore:Endpoint`. Use `own` if Label Studio has its own "
            + "(`S3_ENDPOINT`); it then also reports why it cannot read a bucket. Empty means `ObjectStore:Endpoint`."
    )]
    public string? StoreEndpoint { get; set; }

    [Description("S3 access key for Label Studio. Empty means `ObjectStore:AccessKey`.")]
    [Secret]
    public string? StoreAccessKey { get; set; }

    [Description("S3 secret key for Label Studio. Empty means `ObjectStore:SecretKey`.")]
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
                "LabelStudio:Url must be an address such as http://label-studio:8080, without query, fragment and user. Found: "
                    + $"'{Redaction.WithoutUser(options.Url)}'."
            );
        if (!string.IsNullOrEmpty(options.Url) && string.IsNullOrEmpty(options.ApiKey))
            faults.Add(
                "LabelStudio:ApiKey is empty, but LabelStudio:Url is set. Set it to a token of a Label Studio user, or set "
                    + "LabelStudio:ApiKeyFile to a file."
            );
        if (
            !string.IsNullOrEmpty(options.StoreEndpoint)
            && options.StoreEndpoint != LabelStudioOptions.Own
            && !IsAddress(options.StoreEndpoint)
        )
            faults.Add(
                $"LabelStudio:StoreEndpoint must be an address such as http://minio:9000, or '{LabelStudioOptions.Own}'. Found: "
                    + $"'{Redaction.WithoutUser(options.StoreEndpoint)}'."
            );
        if (!string.IsNullOrEmpty(options.CallbackUrl) && !IsAddress(options.CallbackUrl))
            faults.Add(
                "LabelStudio:CallbackUrl must be an address such as http://gourmetgram.internal:8080, without query, fragment and user. "
                    + $"Found: '{Redaction.WithoutUser(options.CallbackUrl)}'."
            );
        if (string.IsNullOrEmpty(options.StoreAccessKey) != string.IsNullOrEmpty(options.StoreSecretKey))
            faults.Add("LabelStudio:StoreAccessKey and LabelStudio:StoreSecretKey belong together. Set both or neither.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && address is { Query: "", Fragment: "", UserInfo: "" };
}
