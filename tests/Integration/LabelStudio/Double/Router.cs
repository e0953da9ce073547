using System.Globalization;

namespace GourmetGram.Tests.Integration.LabelStudio.Double;

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

    private readonly List<Route> routes = [];

    /// <param name="method">GET, POST, …</param>
    /// <param name="template">As <c>api/tasks/{id}</c>.</param>
    /// <param name="handle">Makes the answer. It holds no lock.</param>
    /// <param name="slash">Which form of the path exists.</param>
    /// <param name="isPublic">Whether it answers those too who have not logged in.</param>
    public void Map(string method, string template, Func<Call, Task<Answer>> handle, Slash slash = Slash.Either, bool isPublic = false) =>
        routes.Add(new Route(method, template.Split('/'), handle, slash, isPublic));

    /// <summary>As above, for what is answered at once.</summary>
    public void Map(string method, string template, Func<Call, Answer> handle, Slash slash = Slash.Either, bool isPublic = false) =>
        Map(method, template, call => Task.FromResult(handle(call)), slash, isPublic);

    /// <returns>The handler and the numbers in the path.</returns>
    /// <exception cref="Refusal">404 for an unknown path, 405 for an unknown method of a known one.</exception>
    public (Route Route, IReadOnlyList<int> Ids) Find(string method, string path)
    {
        var hasSlash = path.Length > 1 && path.EndsWith('/');
        var parts = path.Trim('/').Split('/');
        var known = routes.FindAll(route => (route.Slash == Slash.Either || !hasSlash) && Matches(route.Parts, parts));
        if (known.Count == 0)
            throw Refusal.Page();
        var found = known.Find(route => route.Method == method) ?? throw new Refusal(405, $"Method \"{method}\" not allowed.");
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
                    : pair.First == pair.Second
            );

    internal sealed record Route(string Method, string[] Parts, Func<Call, Task<Answer>> Handle, Slash Slash, bool IsPublic);
}
