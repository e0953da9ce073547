using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Target storages: where annotations are written to, on every save and by sync.</summary>
internal sealed class TargetStorages(LabelStudioDouble server, S3Access objects)
{
    private readonly StorageFaults faults = new(server);
    private readonly FormRules rules = StorageForms.Rules(server);

    public void Map(Router router)
    {
        router.Map("GET", "api/storages/export/s3?project", List, Slash.None);
        router.Map("POST", "api/storages/export/s3", CreateAsync, Slash.None);
        router.Map("POST", "api/storages/export/s3/validate", ValidateAsync, Slash.None);
        router.Map("GET", "api/storages/export/s3/{id}", Get, Slash.None);
        router.Map("PATCH", "api/storages/export/s3/{id}", ChangeAsync, Slash.None);
        router.Map("DELETE", "api/storages/export/s3/{id}", Delete, Slash.None);
        router.Map("POST", "api/storages/export/s3/{id}/sync", SyncAsync, Slash.None);
    }

    /// <summary>Writes what was just saved into each target storage of its project.</summary>
    /// <exception cref="Refusal">500: a store did not take it. The annotation is kept all the same.</exception>
    public async Task SaveAsync(Database data, AnnotationRow annotation)
    {
        foreach (var storage in OfProject(data, annotation.Project))
        {
            var fields = StorageFields.Of(storage.Fields, server.Settings);
            try
            {
                await WriteAsync(data, fields, annotation);
            }
            catch (S3Problem problem)
            {
                throw faults.InRequest(problem, fields);
            }
        }
    }

    /// <summary>
    /// Removes the objects of annotations that are deleted, where the storage says so. 1.16 says so and does not, as recorded.
    /// </summary>
    public async Task DeleteAsync(Database data, IEnumerable<AnnotationRow> annotations)
    {
        foreach (var annotation in annotations)
        {
            foreach (
                var storage in OfProject(data, annotation.Project)
                    .Where(storage => storage.Fields.Flag("can_delete_objects") && !server.Is116)
            )
            {
                var fields = StorageFields.Of(storage.Fields, server.Settings);
                try
                {
                    await objects.DeleteAsync(fields, KeyOf(fields, annotation));
                }
                catch (S3Problem)
                {
                    // The annotation is gone; nobody is told that its object is not.
                }
            }
        }
    }

    private static List<StorageRow> OfProject(Database data, int project)
    {
        lock (data.Gate)
            return data.Targets.FindAll(storage => storage.Project == project);
    }

    private static StorageRow Find(Database data, int id)
    {
        lock (data.Gate)
            return data.Targets.Find(storage => storage.Id == id) ?? throw Refusal.Page();
    }

    /// <summary>A prefix that ends in a slash gives two of them.</summary>
    private string KeyOf(StorageFields fields, AnnotationRow annotation)
    {
        var name = server.Settings.SaveTasks ? $"{annotation.Task}.json" : annotation.Id.ToString(CultureInfo.InvariantCulture);
        return fields.Prefix.Length == 0 ? name : $"{fields.Prefix}/{name}";
    }

    private Task WriteAsync(Database data, StorageFields fields, AnnotationRow annotation)
    {
        string content;
        lock (data.Gate)
        {
            var views = new TaskViews(data, server.Is116);
            content = (
                server.Settings.SaveTasks ? views.Exported(data.TaskOf(annotation.Task), showsPeople: true) : views.Written(annotation)
            ).Dump();
        }

        return objects.WriteAsync(fields, KeyOf(fields, annotation), content);
    }

    private Answer List(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            // Of a project that is gone, another answer than for source storages.
            if (call.QueryNumber("project") is { } project && !data.Projects.Exists(found => found.Id == project))
                throw Refusal.Page();
            return StorageForms.List(call, data, data.Targets, server.Is116);
        }
    }

    /// <summary>Syncs at once, and answers before it can know of it.</summary>
    private async Task<Answer> CreateAsync(Call call)
    {
        var data = server.Data;
        var form = rules.Read(call, "project");
        var fields = StorageForms.Merge(StorageForms.Defaults(isTarget: true, server.Is116), form);
        var project = form["project"]!.GetValue<int>();
        await CheckAsync(StorageFields.Of(fields, server.Settings));
        StorageRow storage;
        JsonObject shown;
        lock (data.Gate)
        {
            storage = new StorageRow
            {
                Id = data.NextId("target"),
                Project = project,
                CreatedAt = data.Now(),
                Fields = fields,
            };
            data.Targets.Add(storage);
            StorageForms.Queue(storage, data);
            shown = StorageForms.Show(storage);
            storage.Meta = [];
        }

        await RunAsync(data, storage);
        return Answer.Of(shown, StatusCodes.Status201Created);
    }

    private async Task<Answer> ValidateAsync(Call call)
    {
        var data = server.Data;
        var stored = call.Form.Number("id") is { } id ? Find(data, id).Fields : StorageForms.Defaults(isTarget: true, server.Is116);
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

    private Answer Delete(Call call)
    {
        var data = server.Data;
        var storage = Find(data, call.Id);
        lock (data.Gate)
            data.Targets.Remove(storage);
        return Answer.Empty(StatusCodes.Status204NoContent);
    }

    /// <summary>The prefix may be empty, and whether one may write is not tried.</summary>
    private async Task CheckAsync(StorageFields fields)
    {
        if (fields.Bucket.Length == 0 && !server.Is116)
            throw Refusal.Invalid("non_field_errors", "expected string or bytes-like object, got 'NoneType'");
        if (!server.Is116)
            StorageForms.CheckBucketName(fields.Bucket);
        faults.RefuseLocal(fields.SentEndpoint);
        try
        {
            await objects.CheckAsync(fields, prefixMustHoldObject: false);
        }
        catch (S3Problem problem)
        {
            throw faults.InForm(problem, fields, isTarget: true);
        }
    }

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
            await objects.CheckAsync(fields, prefixMustHoldObject: false);
        }
        catch (S3Problem problem)
        {
            throw faults.InRequest(problem, fields);
        }

        await RunAsync(data, storage);
        lock (data.Gate)
            return Answer.Of(StorageForms.Show(storage));
    }

    /// <summary>Writes all annotations of the project again. 1.23 counts also those that the store refused; 1.16 fails.</summary>
    private async Task RunAsync(Database data, StorageRow storage)
    {
        var fields = StorageFields.Of(storage.Fields, server.Settings);
        List<AnnotationRow> annotations;
        lock (data.Gate)
        {
            StorageForms.Begin(storage, data);
            annotations = data.Annotations.FindAll(annotation => annotation.Project == storage.Project);
        }

        foreach (var annotation in annotations)
        {
            try
            {
                await WriteAsync(data, fields, annotation);
            }
            catch (S3Problem problem) when (server.Is116)
            {
                lock (data.Gate)
                    StorageForms.Fail(storage, data, faults.Traceback(problem.Message, fields));
                return;
            }
            catch (S3Problem)
            {
                // Swallowed, as there.
            }
        }

        lock (data.Gate)
            StorageForms.Complete(storage, data, annotations.Count, "total_annotations", annotations.Count);
    }
}
