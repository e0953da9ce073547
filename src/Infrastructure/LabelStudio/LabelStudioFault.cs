using System.Net;
using System.Net.Sockets;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>A response of Label Studio that reports a failure.</summary>
/// <param name="status">HTTP status of the response.</param>
/// <param name="detail">The reasons of a 400, else the field <c>detail</c>; empty for a page instead of JSON.</param>
/// <param name="isPage">Whether the response is a page, which means that Label Studio has no such address.</param>
internal sealed class LabelStudioFault(HttpStatusCode status, string detail, bool isPage) : Exception($"{(int)status}: {detail}")
{
    public HttpStatusCode Status { get; } = status;

    public string Detail { get; } = detail;

    public bool IsPage { get; } = isPage;

    /// <summary>Whether Label Studio could not access the storage's bucket and hides the reason.</summary>
    public bool IsMasked => Detail.StartsWith("Debugging info is not available", StringComparison.Ordinal);

    /// <summary>Whether Label Studio refuses to call addresses of its own network.</summary>
    public bool IsOwnNetwork => Status == HttpStatusCode.Forbidden && Detail.Contains("reserved network address", StringComparison.Ordinal);

    /// <summary>Message for a user whose projects nobody else would see.</summary>
    public const string NoOrganization =
        "The user of LabelStudio:ApiKey belongs to no organization, so other users could not see its projects. Let the user join again "
        + "(the page Organization has the link), or set LabelStudio:ApiKey to the token of a member.";

    /// <summary>Explains the failure and its remedy in one or two sentences.</summary>
    public string Explain() =>
        this switch
        {
            { IsOwnNetwork: true } =>
                $"Label Studio refuses to call addresses of its own network ({Detail}). Start it with SSRF_PROTECTION_ENABLED=false, or "
                    + $"with S3_ENDPOINT set to the S3 server and LabelStudio:StoreEndpoint here set to '{LabelStudioOptions.Own}'.",
            { IsMasked: true } =>
                "Label Studio cannot use the bucket and gives no reason. Check that it reaches the S3 server at the configured address "
                    + "(LabelStudio:StoreEndpoint), that the key may list and read there, and that the bucket exists. If it is started "
                    + $"with S3_ENDPOINT, and LabelStudio:StoreEndpoint here set to '{LabelStudioOptions.Own}', it gives the reason.",
            { Status: HttpStatusCode.Unauthorized }
                when Detail.Contains("legacy token authentication has been disabled", StringComparison.Ordinal) =>
                "Legacy tokens are switched off in Label Studio. Switch them on under Organization, Access Token Settings, or set "
                    + "LabelStudio:ApiKey to a personal access token.",
            { Status: HttpStatusCode.Unauthorized } when Detail.Contains("blacklisted", StringComparison.Ordinal) =>
                "The personal access token in LabelStudio:ApiKey was revoked or replaced. Create a new one under Account & Settings, "
                    + "Personal Access Token.",
            { Status: HttpStatusCode.Unauthorized } =>
                $"Label Studio does not accept LabelStudio:ApiKey ({Detail}). Set it to a token that Account & Settings shows, and check "
                    + "that its type is switched on under Organization, Access Token Settings.",
            { Status: HttpStatusCode.Forbidden } =>
                $"The user of LabelStudio:ApiKey may not do this ({Detail}). Let the user join the organization again (the page "
                    + "Organization has the link), or set LabelStudio:ApiKey to the token of a member.",
            { Status: HttpStatusCode.InternalServerError }
                when Detail.Contains("'NoneType' object has no attribute 'jwt'", StringComparison.Ordinal) => NoOrganization,
            { IsPage: true } =>
                $"This address does not exist in Label Studio ({(int)Status}). Check that LabelStudio:Url is the address of its home page.",
            _ => $"Label Studio answered {(int)Status}: {Detail}".TrimEnd(' ', ':') + (Detail.EndsWith('.') ? "" : "."),
        };

    /// <summary>Explains why a connection failed.</summary>
    public static string Explain(HttpRequestException e, Uri address) =>
        e.InnerException switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain } =>
                $"The host name in LabelStudio:Url ({address}) cannot be resolved. Correct it.",
            SocketException socket =>
                $"Label Studio at {address} cannot be reached ({socket.Message}). Start it, or correct LabelStudio:Url.",
            _ => $"Label Studio at {address} did not respond ({e.Message.TrimEnd('.')}).",
        };
}
