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
        "`FileSystem` (the folder `objects` in the data directory, nothing to set up) or `S3` (MinIO or any other server that speaks S3)."
    )]
    [EnumDataType(typeof(ObjectStoreProvider))]
    public ObjectStoreProvider Provider { get; set; } = ObjectStoreProvider.FileSystem;

    [Description("Address of the S3 server, e.g. `http://minio:9000`; `https` means TLS.")]
    public string? Endpoint { get; set; }

    [Description("Region that requests are signed for.")]
    [Required]
    public string Region { get; set; } = "us-east-1";

    [Description("Name of the S3 key.")]
    [Secret]
    public string? AccessKey { get; set; }

    [Description("The S3 key itself.")]
    [Secret]
    public string? SecretKey { get; set; }

    [Description("Token of a temporary S3 key; empty for lasting ones.")]
    [Secret]
    public string? SessionToken { get; set; }

    [Description("Longest wait for the S3 server to begin an answer or to continue one, in seconds.")]
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 30;

    [Description("Whether photos get tags; `false` for an S3 server that has none.")]
    public bool Tags { get; set; } = true;

    [Description("Put before the name of every bucket, e.g. `food-`: where names are taken, or several installations share a server.")]
    [RegularExpression(
        "^([a-z0-9][a-z0-9.-]{0,39})?$",
        ErrorMessage = "{0} may have up to 40 lower-case letters, digits, '.' and '-', the first a letter or digit."
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
                "ObjectStore:Endpoint must be an address such as http://minio:9000, without a path and a user, while "
                    + "ObjectStore:Provider is S3. "
                    + $"Found: '{Redaction.WithoutUser(options.Endpoint)}'."
            );
        }

        if (string.IsNullOrEmpty(options.AccessKey))
            faults.Add(
                "ObjectStore:AccessKey is empty, but ObjectStore:Provider is S3: set it, or name a file in ObjectStore:AccessKeyFile."
            );
        if (string.IsNullOrEmpty(options.SecretKey))
            faults.Add(
                "ObjectStore:SecretKey is empty, but ObjectStore:Provider is S3: set it, or name a file in ObjectStore:SecretKeyFile."
            );
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
