using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.ObjectStorage;

/// <summary>The object stores that GourmetGram supports.</summary>
public enum ObjectStoreProvider
{
    /// <summary>Files in the data directory. The default.</summary>
    FileSystem = 0,

    /// <summary>MinIO or any other server that speaks S3.</summary>
    S3,
}

/// <summary>Where photos and other objects are stored.</summary>
[SettingsSection("ObjectStore")]
public sealed class ObjectStoreOptions
{
    [Description(
        "`FileSystem` (the folder `objects` in the data directory, no set-up needed) or `S3` (MinIO or any other S3-compatible server)."
    )]
    [EnumDataType(typeof(ObjectStoreProvider))]
    public ObjectStoreProvider Provider { get; set; } = ObjectStoreProvider.FileSystem;

    [Description("Address of the S3 server, e.g. `http://minio:9000`; `https` means TLS.")]
    public string? Endpoint { get; set; }

    [Description("Region of the S3 server.")]
    [Required]
    public string Region { get; set; } = "us-east-1";

    [Description("S3 access key.")]
    [Secret]
    public string? AccessKey { get; set; }

    [Description("S3 secret key.")]
    [Secret]
    public string? SecretKey { get; set; }

    [Description("Session token of a temporary S3 key. Empty for a permanent key.")]
    [Secret]
    public string? SessionToken { get; set; }

    [Description("Seconds to wait for the S3 server to start or continue a response.")]
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 30;

    [Description("Whether photos get object tags. Set `false` if the S3 server does not support tags.")]
    public bool Tags { get; set; } = true;

    [Description("Prefix for all bucket names, e.g. `food-`. Use it if names are taken or several installations share a server.")]
    [RegularExpression(
        "^([a-z0-9][a-z0-9.-]{0,39})?$",
        ErrorMessage = "{0} can have up to 40 lower-case letters, digits, '.' and '-', and must start with a letter or digit."
    )]
    public string BucketPrefix { get; set; } = "";
}

/// <summary>Checks what attributes cannot check: the settings that S3 needs. Keys are secrets, so no message shows one.</summary>
internal sealed class ObjectStoreOptionsValidator : IValidateOptions<ObjectStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, ObjectStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Provider != ObjectStoreProvider.S3)
            return ValidateOptionsResult.Success;
        var faults = new List<string>();
        if (
            !Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint)
            || endpoint.Scheme is not ("http" or "https")
            || endpoint.PathAndQuery != "/"
            || endpoint.UserInfo.Length > 0
        )
        {
            faults.Add(
                "ObjectStore:Endpoint must be an address such as http://minio:9000, without path and user, if "
                    + "ObjectStore:Provider is S3. "
                    + $"Found: '{Redaction.WithoutUser(options.Endpoint)}'."
            );
        }

        if (string.IsNullOrEmpty(options.AccessKey))
            faults.Add(
                "ObjectStore:AccessKey is empty, but ObjectStore:Provider is S3. Set it, or set ObjectStore:AccessKeyFile to a file."
            );
        if (string.IsNullOrEmpty(options.SecretKey))
            faults.Add(
                "ObjectStore:SecretKey is empty, but ObjectStore:Provider is S3. Set it, or set ObjectStore:SecretKeyFile to a file."
            );
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
