using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// Pictures that tasks name as <c>s3://bucket/key</c>: a source storage of the same project with that bucket makes them visible, whatever
/// its prefix.
/// </summary>
internal sealed class Images(LabelStudioDouble server, S3Access objects)
{
    private const string Scheme = "s3://";

    public void Map(Router router)
    {
        router.Map("GET", "tasks/{id}/presign?fileuri", call => SendAsync(call, TaskStorages(call)));
        if (server.Is116)
        {
            router.Omit("tasks/{id}/resolve");
            router.Omit("projects/{id}/resolve");
            router.Omit("class_09/*");
            return;
        }

        router.Map("GET", "tasks/{id}/resolve?fileuri", call => SendAsync(call, TaskStorages(call)));
        router.Map("GET", "projects/{id}/resolve?fileuri", call => SendAsync(call, ProjectStorages(call)));
    }

    /// <summary>Puts addresses that a browser can open into the data of a task that is shown.</summary>
    public async Task ResolveAsync(Database data, TaskRow task, JsonObject content, string host)
    {
        foreach (var (name, value) in content.ToList())
        {
            if (
                value is not JsonValue
                || value.ToString() is not { } uri
                || !uri.StartsWith(Scheme, StringComparison.Ordinal)
                || FindStorage(data, StoragesOf(data, task), uri) is not { } storage
            )
                continue;
            content[name] = await AddressAsync(task, storage, uri, host);
        }
    }

    private async Task<string> AddressAsync(TaskRow task, StorageRow storage, string uri, string host)
    {
        if (!server.Is116)
            return $"{host}/tasks/{task.Id}/resolve/?fileuri={Encode(uri)}";
        if (storage.Fields.Flag("presign"))
            return $"{host}/tasks/{task.Id}/presign/?fileuri={Encode(uri)}";
        try
        {
            return await InlineAsync(storage, uri);
        }
        catch (S3Problem)
        {
            return uri;
        }
    }

    private async Task<string> InlineAsync(StorageRow storage, string uri)
    {
        var (picture, type, _) = await objects.ReadAsync(StorageFields.Of(storage.Fields, server.Settings), KeyOf(uri));
        return $"data:{type};base64,{Convert.ToBase64String(picture)}";
    }

    /// <summary>In 1.16 a task that came by a storage is resolved by that one only.</summary>
    private List<StorageRow> StoragesOf(Database data, TaskRow task)
    {
        lock (data.Gate)
        {
            return server.Is116 && task.Origin is { } origin
                ? data.Sources.FindAll(storage => storage.Id == origin.Storage)
                : data.Sources.FindAll(storage => storage.Project == task.Project);
        }
    }

    private static StorageRow? FindStorage(Database data, List<StorageRow> storages, string uri)
    {
        lock (data.Gate)
            return storages.Find(storage => storage.Bucket == BucketOf(uri));
    }

    private List<StorageRow> TaskStorages(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var task = data.TaskOf(call.Id);
            return data.Sources.FindAll(storage => storage.Project == task.Project);
        }
    }

    private List<StorageRow> ProjectStorages(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var project = data.ProjectOf(call.User, call.Id);
            return data.Sources.FindAll(storage => storage.Project == project.Id);
        }
    }

    /// <summary>Sends the bytes, or to where they are.</summary>
    private async Task<Answer> SendAsync(Call call, List<StorageRow> storages)
    {
        var uri = Decode(call.Query("fileuri") ?? "");
        if (FindStorage(server.Data, storages, uri) is not { } storage)
            return Answer.Empty(StatusCodes.Status404NotFound);
        var fields = StorageFields.Of(storage.Fields, server.Settings);
        if (storage.Fields.Flag("presign"))
        {
            var link = await objects.LinkAsync(fields, KeyOf(uri), storage.Fields.Number("presign_ttl") ?? 1);
            return Answer.Html(StatusCodes.Status303SeeOther, "").With(HeaderNames.Location, link);
        }

        if (server.Is116)
            throw new Refusal(StatusCodes.Status500InternalServerError, "Unsafe redirect to URL with protocol 'data'");
        try
        {
            var (content, type, etag) = await objects.ReadAsync(fields, KeyOf(uri));
            return Cut(call.Request, content, type, etag)
                .With(HeaderNames.AcceptRanges, "bytes")
                .With(HeaderNames.CacheControl, "private, max-age=3600, must-revalidate")
                .With(HeaderNames.ETag, etag);
        }
        catch (S3Problem)
        {
            return Answer.Of(
                new JsonObject { ["error"] = "Storage stream failed while proxying data", ["detail"] = "Stream is None" },
                StatusCodes.Status424FailedDependency
            );
        }
    }

    private static Answer Cut(HttpRequest request, byte[] content, string type, string etag)
    {
        if (request.Headers.IfNoneMatch == etag)
            return Answer.Html(StatusCodes.Status304NotModified, "");
        if (request.GetTypedHeaders().Range is not { Ranges.Count: 1 } range)
            return new Answer(StatusCodes.Status200OK, content, type);
        var wanted = range.Ranges.Single();
        var from = (int)(wanted.From ?? Math.Max(0, content.Length - (wanted.To ?? 0)));
        var to = (int)Math.Min(wanted.From is null ? content.Length - 1 : wanted.To ?? (content.Length - 1), content.Length - 1);
        return new Answer(StatusCodes.Status206PartialContent, content.AsMemory(from, to - from + 1), type).With(
            HeaderNames.ContentRange,
            string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{content.Length}")
        );
    }

    private static string BucketOf(string uri) => uri.Length > Scheme.Length ? uri[Scheme.Length..].Split('/')[0] : "";

    private static string KeyOf(string uri) => uri[(Scheme.Length + BucketOf(uri).Length + 1)..];

    private static string Encode(string uri) => Convert.ToBase64String(Encoding.UTF8.GetBytes(uri)).Replace('+', '-').Replace('/', '_');

    private static string Decode(string encoded) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(encoded.Replace('-', '+').Replace('_', '/')));
}
