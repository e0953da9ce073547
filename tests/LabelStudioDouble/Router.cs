using System.Globalization;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Which form of a path exists.</summary>
internal enum Slash
{
    /// <summary>With and without a slash at the end.</summary>
    Either,

    /// <summary>Without only; with one it is an unknown path.</summary>
    None,
}

/// <summary>Finds the handler of a path. ASP.NET's own routes take no notice of a slash at the end, and Label Studio does.</summary>
internal sealed class Router
{
    private const string Number = "{id}";

    private const string Any = "*";

    private readonly List<Route> routes = [];
    private readonly List<string[]> omitted = [];

    /// <param name="method">GET, POST, …</param>
    /// <param name="template">As <c>api/tasks/{id}?page&amp;project</c>: the path, and what the query may hold.</param>
    /// <param name="handle">Makes the answer. It holds no lock.</param>
    /// <param name="slash">Which form of the path exists.</param>
    /// <param name="isPublic">Whether it answers those too who have not logged in.</param>
    public void Map(string method, string template, Func<Call, Task<Answer>> handle, Slash slash = Slash.Either, bool isPublic = false)
    {
        var (path, query) = template.Split('?') is [var before, var names] ? (before, names.Split('&')) : (template, []);
        routes.Add(new Route(method, path.Split('/'), query, handle, slash, isPublic));
    }

    /// <summary>As above, for what is answered at once.</summary>
    public void Map(string method, string template, Func<Call, Answer> handle, Slash slash = Slash.Either, bool isPublic = false) =>
        Map(method, template, call => Task.FromResult(handle(call)), slash, isPublic);

    /// <summary>Lets a path be unknown, as it was recorded.</summary>
    /// <param name="template">As <c>api/tasks/{id}</c>; <c>*</c> for any segment.</param>
    public void Omit(string template) => omitted.Add(template.Split('/'));

    /// <returns>The handler and the numbers in the path.</returns>
    /// <exception cref="Refusal">404: the path was recorded as unknown.</exception>
    /// <exception cref="NotSupportedException">A real Label Studio may know it; nobody has recorded what it answers.</exception>
    public (Route Route, IReadOnlyList<int> Ids) Find(string method, string path, IEnumerable<string> query)
    {
        var hasSlash = path.Length > 1 && path.EndsWith('/');
        var parts = path.Trim('/').Split('/');
        var known = routes.FindAll(route => Matches(route.Parts, parts));
        if (
            omitted.Exists(template => Matches(template, parts))
            || (hasSlash && known.Count > 0 && known.TrueForAll(route => route.Slash == Slash.None))
        )
            throw Refusal.Page();
        var found = known.Find(route => route.Method == method) ?? throw new NotSupportedException($"No recording has {method} {path}.");
        if (query.Except(found.Query).FirstOrDefault() is { } unknown)
            throw new NotSupportedException($"No recording of {method} {path} has '{unknown}' in its query.");
        var ids = parts
            .Where((_, index) => found.Parts[index] == Number)
            .Select(part => int.Parse(part, CultureInfo.InvariantCulture))
            .ToList();
        return (found, ids);
    }

    private static bool Matches(string[] template, string[] parts) =>
        template.Length == parts.Length
        && template
            .Zip(parts)
            .All(pair =>
                pair.First == Number
                    ? int.TryParse(pair.Second, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    : pair.First == Any || pair.First == pair.Second
            );

    internal sealed record Route(
        string Method,
        string[] Parts,
        string[] Query,
        Func<Call, Task<Answer>> Handle,
        Slash Slash,
        bool IsPublic
    );
}
