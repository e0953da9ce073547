using System.Collections.Concurrent;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Compares every answer below <c>/api/v1</c> with the OpenAPI document of the server that gave it, and throws where they differ.
/// </summary>
internal sealed class ContractHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<ApiContract>>> Contracts = new(StringComparer.Ordinal);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var address = request.RequestUri!;
        if (!address.AbsolutePath.StartsWith("/api/v1/", StringComparison.Ordinal))
            return response;
        var contract = await Contracts
            .GetOrAdd(address.Authority, authority => new Lazy<Task<ApiContract>>(() => ReadAsync(authority)))
            .Value;
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        // Reading buffers the answer, so that the test can read it again; streams stay streams, because only JSON is described member by
        // member.
        var body =
            mediaType?.EndsWith("json", StringComparison.Ordinal) == true
                ? await response.Content.ReadAsStringAsync(cancellationToken)
                : null;
        if (contract.FindFault(request.Method.Method, address.AbsolutePath, (int)response.StatusCode, mediaType, body) is { } fault)
            throw new InvalidOperationException(
                $"{request.Method} {address.PathAndQuery} was not answered as /openapi/v1.json says: {fault}\n{body}"
            );
        return response;
    }

    private static async Task<ApiContract> ReadAsync(string authority)
    {
        using var http = new HttpClient();
        return ApiContract.Parse(await http.GetStringAsync(new Uri($"http://{authority}/openapi/v1.json")));
    }
}
