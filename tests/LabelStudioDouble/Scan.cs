using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// Makes tasks of the objects of a source storage, in the order of their keys. What it cannot read stops it, and what it made until then
/// stays.
/// </summary>
internal sealed class Scan(LabelStudioDouble server, S3Access objects)
{
    private const int ReadAtOnce = 16;

    private static readonly TimeSpan BetweenPings = TimeSpan.FromSeconds(10);

    /// <returns>Tasks made, and tasks that were there already.</returns>
    /// <exception cref="ScanFailed">An object could not be read as tasks.</exception>
    /// <exception cref="S3Problem">An object could not be read at all.</exception>
    /// <exception cref="ServerDied">A test asked for it.</exception>
    public async Task<(int Made, int Existed)> RunAsync(Database data, StorageRow storage, StorageFields fields)
    {
        var (made, existed) = (new List<TaskRow>(), 0);
        var filter = FilterOf(storage);
        var prefix = storage.Prefix.Length == 0 ? "" : storage.Prefix.TrimEnd('/') + "/";
        var keys = await objects.ListAsync(fields, prefix, storage.Fields.Flag("recursive_scan"));
        foreach (var (key, read) in ReadAhead(data, storage, fields, keys.FindAll(key => !key.EndsWith('/') && filter(key))))
        {
            var known = CountLinks(data, storage, key);
            if (known > 0)
            {
                existed += known;
                continue;
            }

            foreach (var item in await read())
            {
                await server.MadeTasksAsync(made.Count);
                made.Add(Make(data, storage, key, item, made));
                Ping(data, storage, made.Count, existed);
            }
        }

        await server.MadeTasksAsync(made.Count);
        if (made.Count > 0)
            await server.Webhooks.TellTasksAsync("TASKS_CREATED", storage.Project, made);
        return (made.Count, existed);
    }

    /// <summary>
    /// Reads some objects at once, for the store answers slowly where many tests run; a fault shows itself when its turn comes.
    /// </summary>
    private IEnumerable<(string Key, Func<Task<IReadOnlyList<JsonNode?>>> Read)> ReadAhead(
        Database data,
        StorageRow storage,
        StorageFields fields,
        List<string> keys
    )
    {
        foreach (var chunk in keys.Chunk(ReadAtOnce))
        {
            var reading = chunk
                .Where(key => CountLinks(data, storage, key) == 0)
                .ToDictionary(key => key, key => ReadAsync(storage, fields, key), StringComparer.Ordinal);
            foreach (var key in chunk)
                yield return (key, () => reading.TryGetValue(key, out var read) ? read : ReadAsync(storage, fields, key));
        }
    }

    /// <summary><c>re.match</c> on the whole key: it must fit from the start, and need not reach the end.</summary>
    private static Func<string, bool> FilterOf(StorageRow storage)
    {
        var pattern = storage.Fields.Text("regex_filter");
        if (pattern.Length == 0)
            return _ => true;
        try
        {
            var regex = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return key => regex.Match(key) is { Success: true, Index: 0 };
        }
        catch (RegexParseException e)
        {
            throw new ScanFailed($"re.error: nothing to repeat at position {Math.Max(0, e.Offset - 1)}");
        }
    }

    private static int CountLinks(Database data, StorageRow storage, string key)
    {
        lock (data.Gate)
            return data.Links.Count(link => link.Storage == storage.Id && link.Key == key);
    }

    private async Task<IReadOnlyList<JsonNode?>> ReadAsync(StorageRow storage, StorageFields fields, string key)
    {
        if (storage.Fields.Flag("use_blob_urls"))
            return [new JsonObject { [VariableOf(storage)] = $"s3://{storage.Bucket}/{key}" }];
        if (!server.Is116)
            TaskFile.CheckName(key);
        var (content, _, _) = await objects.ReadAsync(fields, key);
        return server.Is116 ? TaskFile.Read116(key, content) : TaskFile.Read123(key, content);
    }

    /// <summary>The field of the data that the page shows.</summary>
    private string VariableOf(StorageRow storage)
    {
        var data = server.Data;
        lock (data.Gate)
            return LabelConfig.Of(data.Projects.Find(project => project.Id == storage.Project)!).Variables.FirstOrDefault()
                ?? "$undefined$";
    }

    private static TaskRow Make(Database data, StorageRow storage, string key, JsonNode? item, List<TaskRow> mine)
    {
        var (content, predictions, annotations, allowSkip) = TaskFile.Read(item);
        lock (data.Gate)
        {
            // Another sync may have come here with the same object meanwhile: the task is made twice, and the second link is refused.
            var isDouble = data.Links.Exists(link =>
                link.Storage == storage.Id && link.Key == key && !mine.Exists(task => task.Id == link.Task)
            );
            var task = Imports.AddTask(data, storage.Project, content, [], allowSkip);
            Imports.AddPredictions(data, task, predictions);
            Imports.AddAnnotations(data, task, annotations, completedBy: 1);
            if (isDouble)
                throw new ScanFailed("django.db.utils.IntegrityError: UNIQUE constraint failed: io_storages_s3importstoragelink.task_id");
            task.Origin = (storage.Id, key);
            data.Links.Add((storage.Id, key, task.Id));
            return task;
        }
    }

    private static void Ping(Database data, StorageRow storage, int made, int existed)
    {
        lock (data.Gate)
        {
            var now = data.Now();
            if (now - storage.LastPing < BetweenPings)
                return;
            storage.LastPing = now;
            storage.LastSyncCount = made;
            storage.Meta["time_last_ping"] = now.Printed();
            storage.Meta["duration"] = 0.0;
            storage.Meta["tasks_existed"] = existed;
        }
    }
}
