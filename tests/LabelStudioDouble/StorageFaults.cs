using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>What Label Studio says of faults of S3: of servers that it does not know, always the same.</summary>
internal sealed class StorageFaults(LabelStudioDouble server)
{
    private const string Masked =
        "Debugging info is not available for s3 endpoints on domain: . Please contact your Label Studio devops team if you require "
        + "detailed error reporting for this domain.";

    /// <summary>Refuses addresses inside the network, unless the operator named them.</summary>
    /// <exception cref="Refusal">403, or 500 for a name that nobody knows.</exception>
    public void RefuseLocal(string? address)
    {
        if (FindReserved(address) is { } block)
            throw new Refusal(StatusCodes.Status403Forbidden, $"URL resolves to a reserved network address (block: {block})");
    }

    /// <summary>The fault of a sync of a storage that was made before the protection was on.</summary>
    public void RefuseLocalInSync(StorageFields storage)
    {
        if (FindReserved(storage.SentEndpoint) is not null)
            throw new Refusal(StatusCodes.Status500InternalServerError, Masked);
    }

    /// <summary>The answer to a form that names a storage which does not work.</summary>
    public Refusal InForm(S3Problem problem, StorageFields storage, bool isTarget)
    {
        var isMasked = IsMasked(storage);
        if (server.Is116 && isTarget)
            return Refusal.Invalid("non_field_errors", isMasked ? Masked : problem.Message);
        if (isMasked)
            return new Refusal(StatusCodes.Status500InternalServerError, Masked);
        if (server.Is116 && problem.Kind == S3ProblemKind.EmptyPrefix)
            return InRequest(problem, storage);
        return Refusal.Invalid(
            "non_field_errors",
            problem.Kind switch
            {
                S3ProblemKind.MissingBucket => $"Cannot find bucket {storage.Bucket} in S3",
                S3ProblemKind.Denied => $"Cannot connect to S3 {storage.Bucket} with specified AWS credentials",
                _ => problem.Message,
            }
        );
    }

    /// <summary>The answer to a sync or a save that fails on it.</summary>
    public Refusal InRequest(S3Problem problem, StorageFields storage) =>
        new(StatusCodes.Status500InternalServerError, Told(problem, storage));

    /// <summary>What stands in <c>traceback</c>.</summary>
    /// <param name="error">The last line, as Python prints it.</param>
    /// <param name="storage">Whose server decides whether it is told.</param>
    public string Traceback(string error, StorageFields storage)
    {
        var (sync, scan, wrapper) = server.Is116 ? (461, 490, 164) : (669, 700, 228);
        var masked = IsMasked(storage);
        return $"""
            Traceback (most recent call last):
              File "/label-studio/.venv/lib/python3.11/site-packages/label_studio/io_storages/base_models.py", line {sync}, in sync
                import_sync_background(self.__class__, self.id)
              File "/label-studio/.venv/lib/python3.11/site-packages/label_studio/io_storages/base_models.py", line {scan}, in import_sync_background
                storage.scan_and_create_links()
              File "/label-studio/.venv/lib/python3.11/site-packages/label_studio/io_storages/s3/utils.py", line {wrapper}, in wrapper
                {(masked ? "raise S3StorageError(" : "raise e")}
            {(masked ? $"io_storages.s3.utils.S3StorageError: {Masked}" : error)}

            """;
    }

    private string Told(S3Problem problem, StorageFields storage) =>
        IsMasked(storage) ? Masked
        // Python shows the text of a KeyError in quotes.
        : problem.Kind == S3ProblemKind.EmptyPrefix ? $"'{problem.Message}'"
        : problem.Message;

    private bool IsMasked(StorageFields storage) =>
        storage.SentEndpoint is not null && !server.Settings.TrustedDomains.Contains(DomainOf(storage.SentEndpoint));

    /// <summary>The registered domain; empty for a bare name, localhost and an IP.</summary>
    private static string DomainOf(string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.HostNameType != UriHostNameType.Dns)
            return "";
        var parts = address.Host.Split('.');
        return parts.Length < 2 ? "" : string.Join('.', parts[^2..]);
    }

    private string? FindReserved(string? address)
    {
        if (
            address is null
            || server.Is116
            || !server.Settings.SsrfProtection
            || !server.Settings.DefaultBannedSubnets
            || !Uri.TryCreate(address, UriKind.Absolute, out var uri)
        )
            return null;
        try
        {
            return Dns.GetHostAddresses(uri.Host).Select(BlockOf).FirstOrDefault(block => block is not null);
        }
        catch (SocketException)
        {
            throw new Refusal(StatusCodes.Status500InternalServerError, $"Can't resolve hostname {uri.Host}");
        }
    }

    private static string? BlockOf(IPAddress address) =>
        address.GetAddressBytes() switch
        {
            [127, ..] => "127.0.0.0/8",
            [10, ..] => "10.0.0.0/8",
            [172, >= 16 and < 32, ..] => "172.16.0.0/12",
            [192, 168, ..] => "192.168.0.0/16",
            _ => IPAddress.IsLoopback(address) ? "::1/128" : null,
        };
}
