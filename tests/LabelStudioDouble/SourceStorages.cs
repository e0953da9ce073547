using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Source storages: what makes tasks of objects. <see cref="Scan"/> does that.</summary>
internal sealed class SourceStorages(LabelStudioDouble server, S3Access objects)
{
    private const string TooOldPing =
        "It appears the job was failed because the last ping time is too old, and no traceback information is available.\nThis typically "
        + "occurs if job was manually removed or workers reloaded unexpectedly.";

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(25);

    private readonly StorageFaults faults = new(server);
    private readonly FormRules rules = StorageForms.Rules(server);
    private readonly Scan scan = new(server, objects);

    public void Map(Router router)
    {
        router.Map("GET", "api/storages?project", List);
        router.Map("GET", "api/storages/s3?project", List);
        router.Map("POST", "api/storages/s3", CreateAsync);
        router.Map("POST", "api/storages/s3/validate", ValidateAsync, Slash.None);
        router.Map("GET", "api/storages/s3/{id}", Get, Slash.None);
        router.Map("PATCH", "api/storages/s3/{id}", ChangeAsync, Slash.None);
        router.Map("DELETE", "api/storages/s3/{id}", Delete, Slash.None);
        router.Map("POST", "api/storages/s3/{id}/sync", SyncAsync, Slash.None);
    }

    private static StorageRow Find(Database data, int id)
    {
        lock (data.Gate)
            return data.Sources.Find(storage => storage.Id == id) ?? throw Refusal.Page();
    }

    /// <summary>Only here is it noticed that a sync has died.</summary>
    private Answer List(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            foreach (
                var storage in data.Sources.Where(storage =>
                    storage.Status == "in_progress" && data.Now() - storage.LastPing > LongestSilence
                )
            )
            {
                storage.Status = "failed";
                storage.Traceback = TooOldPing;
            }

            return StorageForms.List(call, data, data.Sources, server.Is116);
        }
    }

    private async Task<Answer> CreateAsync(Call call)
    {
        var data = server.Data;
        var form = rules.Read(call, "project");
        var fields = StorageForms.Merge(StorageForms.Defaults(isTarget: false, server.Is116), form);
        var project = form["project"]!.GetValue<int>();
        if (form["bucket"] is not null)
            await CheckAsync(StorageFields.Of(fields, server.Settings));
        lock (data.Gate)
        {
            var storage = new StorageRow
            {
                Id = data.NextId("source"),
                Project = project,
                CreatedAt = data.Now(),
                Fields = fields,
            };
            data.Sources.Add(storage);
            return Answer.Of(StorageForms.Show(storage), StatusCodes.Status201Created);
        }
    }

    private async Task<Answer> ValidateAsync(Call call)
    {
        var data = server.Data;
        var stored = call.Form.Number("id") is { } id ? Find(data, id).Fields : StorageForms.Defaults(isTarget: false, server.Is116);
        await CheckAsync(StorageFields.Of(StorageForms.Merge(stored, rules.Read(call, "project")), server.Settings));
        return Answer.Empty(StatusCodes.Status200OK);
    }

    private Answer Get(Call call)
    {
        var data = server.Data;
        var storage = Find(data, call.Id);
        lock (data.Gate)
            return Answer.Of(StorageForms.Show(storage));
    }

    private async Task<Answer> ChangeAsync(Call call)
    {
        var data = server.Data;
        var storage = Find(data, call.Id);
        var form = rules.Read(call);
        var merged = StorageForms.Merge(storage.Fields, form);
        if (form["bucket"] is not null)
            await CheckAsync(StorageFields.Of(merged, server.Settings));
        lock (data.Gate)
        {
            foreach (var (name, value) in merged)
                storage.Fields[name] = value?.DeepClone();
            return Answer.Of(StorageForms.Show(storage, isChange: true));
        }
    }

    /// <summary>Its tasks stay, and nobody remembers any more where they came from.</summary>
    private Answer Delete(Call call)
    {
        var data = server.Data;
        var storage = Find(data, call.Id);
        lock (data.Gate)
        {
            data.Sources.Remove(storage);
            data.Links.RemoveAll(link => link.Storage == storage.Id);
            foreach (var task in data.Tasks.Where(task => task.Origin?.Storage == storage.Id))
                task.Origin = null;
            return Answer.Empty(StatusCodes.Status204NoContent);
        }
    }

    private async Task CheckAsync(StorageFields storage)
    {
        if (!server.Is116)
            StorageForms.CheckBucketName(storage.Bucket);
        faults.RefuseLocal(storage.SentEndpoint);
        try
        {
            await objects.CheckAsync(storage, prefixMustHoldObject: true);
        }
        catch (S3Problem problem)
        {
            throw faults.InForm(problem, storage, isTarget: false);
        }
    }

    /// <summary>
    /// Runs in the request, and to its end even if the caller gives up. A fault of the bucket is an error; whatever happens later is a 200
    /// that says <c>failed</c>.
    /// </summary>
    private async Task<Answer> SyncAsync(Call call)
    {
        var data = server.Data;
        var storage = Find(data, call.Id);
        if (!storage.Synchronizable)
            return StorageForms.NotSynchronizable(storage);
        var fields = StorageFields.Of(storage.Fields, server.Settings);
        faults.RefuseLocalInSync(fields);
        try
        {
            await objects.CheckAsync(fields, prefixMustHoldObject: true);
        }
        catch (S3Problem problem)
        {
            throw faults.InRequest(problem, fields);
        }

        lock (data.Gate)
        {
            // PostgreSQL locks the row; on SQLite nothing keeps two syncs apart.
            if (server.Settings.Database == LabelStudioDatabase.PostgreSql && (storage.Status is "queued" or "in_progress"))
                return Answer.Of(StorageForms.Show(storage));
            StorageForms.Begin(storage, data);
        }

        try
        {
            var (made, existed) = await scan.RunAsync(data, storage, fields);
            lock (data.Gate)
                StorageForms.Complete(storage, data, made, "tasks_existed", existed);
        }
        catch (ScanFailed e)
        {
            lock (data.Gate)
                StorageForms.Fail(storage, data, faults.Traceback(e.Message, fields));
        }
        catch (S3Problem problem)
        {
            lock (data.Gate)
                StorageForms.Fail(storage, data, faults.Traceback(problem.Message, fields));
        }

        lock (data.Gate)
            return Answer.Of(StorageForms.Show(storage));
    }
}
