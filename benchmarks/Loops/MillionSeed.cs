using System.Collections.Immutable;
using System.Globalization;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>
/// Fills a database with predictions of many days, each day with a closed window, and with labels of the random sample. Predictions are
/// inserted in bulk; all other rows are made as use cases make them.
/// </summary>
/// <param name="host">Use cases on the database.</param>
/// <param name="rows">Number of predictions.</param>
/// <param name="days">Number of days; the last one is yesterday.</param>
/// <param name="labels">Number of labelled photos.</param>
internal sealed class MillionSeed(LoopHost host, int rows, int days, int labels)
{
    private const int Classes = 11;
    private const int Chunk = 3_000;
    private const int EveryWrong = 6;
    private const int EveryShared = 10;

    private static readonly float[] Confidences = [0.4f, 0.6f, 0.8f, 0.95f];
    private static readonly int Templates = Classes * Confidences.Length;

    /// <summary>The classes of the model that is served: it refuses predictions with others.</summary>
    private static readonly string[] Names =
    [
        "Bread",
        "Dairy product",
        "Dessert",
        "Egg",
        "Fried food",
        "Meat",
        "Noodles/Pasta",
        "Rice",
        "Seafood",
        "Soup",
        "Vegetable/Fruit",
    ];

    private static readonly string[] People = ["ada", "ben", "chloe", "deniz"];

    private readonly DateTimeOffset start = new(
        DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-days),
        TimeOnly.MinValue,
        TimeSpan.Zero
    );
    private readonly KeyedOrder order = SamplingKey.Create("benchmark", new byte[16], DateTimeOffset.UnixEpoch).ToOrder();
    private readonly RandomSample strategy = new();
    private readonly int perDay = rows / days;
    private readonly int drawnPerDay = labels / days;

    private long Step => 86_400_000L / perDay;

    public async Task RunAsync()
    {
        var model = ModelVersion.Register("food11", "seeded", "float", new string('a', 64), 1, [.. Names], start.AddDays(-1));
        var templates = Enumerable.Range(0, Templates).Select(number => Template(model, number)).ToList();
        await host.SaveAsync(templates);
        var windows = Enumerable.Range(0, days).Select(day => WindowOf(model, day)).ToList();
        await host.SaveAsync(windows);
        await InsertAsync(templates, windows);
        await SaveAsync(windows.SelectMany(CellsOf));
        await SaveAsync(windows.SelectMany(CountsOf));
        await SaveAsync(windows.Select(window => WindowDraw.Record(window, strategy, Settings(1), drawnPerDay, perDay)));
        var selections = new List<Selection>();
        var tasks = new List<AnnotationTask>();
        var given = new List<HumanLabel>();
        for (var day = 0; day < days; day++)
        {
            for (var number = 0; number < drawnPerDay; number++)
                AddDrawn(model, windows[day], (day * perDay) + (number * (perDay / drawnPerDay)));
        }

        await SaveAsync(selections);
        await SaveAsync(tasks);
        await SaveAsync(given);
        await host.ExecuteAsync("ANALYZE");

        void AddDrawn(ModelVersion version, SamplingWindow window, int n)
        {
            var drawn = Prediction.TakeOver(IdOf(n), PhotoOf(n), ProbabilitiesOf(n % Templates), version, TimeOf(n));
            var isShared = n / (perDay / drawnPerDay) % EveryShared == 0;
            var settings = Settings(isShared ? 2 : 1);
            var at = window.ClosedAt!.Value;
            var selection = Selection.ByDraw(drawn, strategy, settings, window.Id, (double)drawnPerDay / perDay, order, at);
            selection.MarkTasked();
            var task = AnnotationTask.For(selection, settings, at);
            var said = n / (perDay / drawnPerDay) % EveryWrong == 0 ? (PredictedOf(n) + 1) % Classes : PredictedOf(n);
            var first = task.Decide(PersonOf(n), LabelSource.Review, Answer.Class(said), [], at.AddHours(1), TimeSpan.FromSeconds(3));
            given.Add(first);
            if (isShared)
                given.Add(task.Decide(PersonOf(n + 1), LabelSource.Review, Answer.Class(said), [first], at.AddHours(2)));
            selections.Add(selection);
            tasks.Add(task);
        }
    }

    private async Task InsertAsync(IReadOnlyList<Prediction> templates, IReadOnlyList<SamplingWindow> windows)
    {
        var uuid = host.IsPostgreSql ? "uuid" : "text";
        await host.ExecuteAsync($"CREATE TABLE \"BenchmarkDays\" (\"Day\" integer PRIMARY KEY, \"WindowId\" {uuid} NOT NULL)");
        foreach (var part in windows.Index().Chunk(500))
            await host.ExecuteAsync(
                "INSERT INTO \"BenchmarkDays\" VALUES "
                    + string.Join(
                        ", ",
                        part.Select(row => string.Create(CultureInfo.InvariantCulture, $"({row.Index}, {Text(row.Item.Id)})"))
                    )
            );
        var columns = await host.ColumnsAsync("Predictions");
        var milliseconds = string.Create(
            CultureInfo.InvariantCulture,
            $"({start.ToUnixTimeMilliseconds()} + CAST(n / {perDay} AS bigint) * 86400000 + CAST(n % {perDay} AS bigint) * {Step})"
        );
        var values = columns.Select(name =>
            name switch
            {
                "Id" => host.IsPostgreSql
                    ? $"(lpad(to_hex({milliseconds} / 65536), 8, '0') || lpad(to_hex({milliseconds} % 65536), 4, '0') || '70008000' "
                        + "|| lpad(to_hex(n), 12, '0'))::uuid"
                    : $"printf('%08X-%04X-7000-8000-%012X', {milliseconds} / 65536, {milliseconds} % 65536, n)",
                "CreatedAt" => milliseconds,
                "WindowId" => "d.\"WindowId\"",
                "WindowCell" => $"2 * ((n % {Templates}) / {Classes})",
                "ImageState" => "'Stored'",
                "SelectionState" => "'Considered'",
                "Photo_UploadSha256" => host.IsPostgreSql ? "lpad(to_hex(n), 64, '0')" : "printf('%064x', n)",
                _ => $"p.\"{name}\"",
            }
        );
        var insert =
            $"INSERT INTO \"Predictions\" ({string.Join(", ", columns.Select(name => $"\"{name}\""))}) "
            + $"SELECT {string.Join(", ", values)} FROM numbers JOIN \"BenchmarkDays\" d ON d.\"Day\" = n / {perDay}, \"Predictions\" p";
        foreach (var (number, template) in templates.Index())
            await host.ExecuteAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"WITH RECURSIVE numbers(n) AS (SELECT {number} UNION ALL SELECT n + {Templates} FROM numbers "
                        + $"WHERE n + {Templates} < {perDay * days}) {insert} WHERE p.\"Id\" = {Text(template.Id)}"
                )
            );
        await host.ExecuteAsync("DROP TABLE \"BenchmarkDays\"");
        // The templates were made today and belong to no day.
        await host.ExecuteAsync(
            $"DELETE FROM \"Predictions\" WHERE \"Id\" IN ({string.Join(", ", templates.Select(template => Text(template.Id)))})"
        );
    }

    private async Task SaveAsync<T>(IEnumerable<T> entities)
        where T : class
    {
        foreach (var part in entities.Chunk(Chunk))
            await host.SaveAsync(part);
    }

    private SamplingWindow WindowOf(ModelVersion model, int day)
    {
        var window = SamplingWindow.Begin(order, model.Id, start.AddDays(day + 1));
        window.Close(perDay, TimeOf((day * perDay) + perDay - 1), start.AddDays(day + 1).AddSeconds(2));
        return window;
    }

    private IEnumerable<int> NumbersOf(SamplingWindow window)
    {
        var day = (int)(window.BegunAt - start).TotalDays - 1;
        return Enumerable.Range(day * perDay, perDay);
    }

    private IEnumerable<WindowCell> CellsOf(SamplingWindow window) =>
        NumbersOf(window)
            .GroupBy(n => n % Templates / Classes)
            .Select(group =>
                WindowCell.Record(window.Id, new FineCell(group.Key, IsFlagged: false), group.Count(), Confidences[group.Key])
            );

    private IEnumerable<WindowCount> CountsOf(SamplingWindow window) =>
        NumbersOf(window)
            .GroupBy(n => n % Templates)
            .Select(group =>
                WindowCount.Record(
                    window.Id,
                    DateOnly.FromDateTime(window.LastPhotoAt!.Value.UtcDateTime),
                    group.Key % Classes,
                    WindowCount.BinOf(Confidences[group.Key / Classes]),
                    group.Count()
                )
            );

    private static Prediction Template(ModelVersion model, int number) =>
        Prediction.Record(
            PhotoOf(-1 - number),
            ProbabilitiesOf(number),
            model,
            new Actor(ActorKind.Visitor, "benchmark"),
            TimeSpan.Zero,
            TimeSpan.Zero,
            TimeProvider.System.GetUtcNow()
        );

    private static ClassProbabilities ProbabilitiesOf(int template)
    {
        var confidence = Confidences[template / Classes];
        return new([
            .. Enumerable.Range(0, Classes).Select(index => index == template % Classes ? confidence : (1 - confidence) / (Classes - 1)),
        ]);
    }

    private static StoredPhoto PhotoOf(int number) =>
        new()
        {
            UploadSha256 = number.ToString("x64", CultureInfo.InvariantCulture),
            StoredSha256 = new string('c', 64),
            StoredBytes = 1000,
            MediaType = "image/jpeg",
            Extension = ".jpg",
            Width = 40,
            Height = 30,
            FileName = null,
        };

    private static LoopSettings Settings(int votes) =>
        new(
            IsEnabled: true,
            "cleanproduction",
            Surface.Review,
            IsBlind: true,
            votes,
            DailyLimit: 0,
            ImmutableSortedDictionary<string, string>.Empty
        );

    private DateTimeOffset TimeOf(int n) => start.AddDays(n / perDay).AddMilliseconds(n % perDay * Step);

    private Guid IdOf(int n)
    {
        var milliseconds = TimeOf(n).ToUnixTimeMilliseconds();
        return Guid.ParseExact(
            string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 65536:x8}{milliseconds % 65536:x4}70008000{n:x12}"),
            "N"
        );
    }

    private string Text(Guid id) => host.IsPostgreSql ? $"'{id}'" : $"'{id.ToString().ToUpperInvariant()}'";

    private static int PredictedOf(int n) => n % Templates % Classes;

    private static string PersonOf(int n) => new Actor(ActorKind.ApiKey, People[n % People.Length]).ToString();
}
