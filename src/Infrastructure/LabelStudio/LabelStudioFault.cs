using System.Net;
using System.Net.Sockets;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>An answer of Label Studio that is no success.</summary>
/// <param name="status">Its status.</param>
/// <param name="detail">What it says: the reasons of a 400, else <c>detail</c>; empty for a page instead of JSON.</param>
/// <param name="isPage">Whether it is a page: Label Studio has no such address.</param>
internal sealed class LabelStudioFault(HttpStatusCode status, string detail, bool isPage) : Exception($"{(int)status}: {detail}")
{
    public HttpStatusCode Status { get; } = status;

    public string Detail { get; } = detail;

    public bool IsPage { get; } = isPage;

    /// <summary>Whether the storage's bucket could not be looked at, and Label Studio hides why.</summary>
    public bool IsMasked => Detail.StartsWith("Debugging info is not available", StringComparison.Ordinal);

    /// <summary>Whether Label Studio refuses to call addresses of its own network.</summary>
    public bool IsOwnNetwork => Status == HttpStatusCode.Forbidden && Detail.Contains("reserved network address", StringComparison.Ordinal);

    /// <summary>What it means and what cures it, in a sentence or two.</summary>
    public string Explain() =>
        this switch
        {
            { IsOwnNetwork: true } =>
                $"Label Studio refuses to call addresses of its own network ({Detail}): start it with SSRF_PROTECTION_ENABLED=false, or with S3_ENDPOINT set to the S3 server and LabelStudio:StoreEndpoint here set to '{LabelStudioOptions.Own}'.",
            { IsMasked: true } =>
                $"Label Studio cannot work with the bucket and does not say why: check that it reaches the S3 server by the address that it was given (LabelStudio:StoreEndpoint), that the key may list and read there, and that the bucket exists. Started with S3_ENDPOINT set, and LabelStudio:StoreEndpoint here set to '{LabelStudioOptions.Own}', it says why.",
            { Status: HttpStatusCode.Unauthorized }
                when Detail.Contains("legacy token authentication has been disabled", StringComparison.Ordinal) =>
                "Label Studio has legacy tokens switched off: switch them on under Organization, Access Token Settings, or set LabelStudio:ApiKey to a personal access token.",
            { Status: HttpStatusCode.Unauthorized } when Detail.Contains("blacklisted", StringComparison.Ordinal) =>
                "The personal access token in LabelStudio:ApiKey was revoked or replaced: make a new one under Account & Settings, Personal Access Token.",
            { Status: HttpStatusCode.Unauthorized } =>
                $"Label Studio does not accept LabelStudio:ApiKey ({Detail}): set it to a token that Account & Settings shows, and check that its kind is switched on under Organization, Access Token Settings.",
            { IsPage: true } =>
                $"There is no such address in Label Studio ({(int)Status}): check that LabelStudio:Url is the address of its first page.",
            _ => $"Label Studio answered {(int)Status}: {Detail}".TrimEnd(' ', ':') + (Detail.EndsWith('.') ? "" : "."),
        };

    /// <summary>What a connection that failed means.</summary>
    public static string Explain(HttpRequestException e, Uri address) =>
        e.InnerException switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain } =>
                $"The name in LabelStudio:Url ({address}) is not known here: correct it.",
            SocketException socket =>
                $"Label Studio at {address} cannot be reached ({socket.Message}): start it, or correct LabelStudio:Url.",
            _ => $"Label Studio at {address} gave no answer ({e.Message.TrimEnd('.')}).",
        };
}
