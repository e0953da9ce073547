using GourmetGram.Application.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>Walks the route table itself, so that a route added tomorrow is covered too.</summary>
public sealed class RouteTests
{
    private static readonly string[] Names = [Policies.Visitor, Policies.Annotator, Policies.Manager, Policies.Admin, Policies.Metrics];

    internal static List<RouteEndpoint> Routes()
    {
        var folder = Directory.CreateTempSubdirectory("gourmetgram-routes-").FullName;
        try
        {
            using var host = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
                builder.UseSetting("GourmetGram:DataDirectory", folder)
            );
            return [.. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_route_and_page_carries_a_named_policy()
    {
        var routes = Routes();
        Assert.True(routes.Count > 20);
        var open = routes
            // The reference page's library opens its own script and icon to all, and lets nobody say otherwise.
            .Where(route =>
                route.RoutePattern.RawText is not ("/scalar/scalar.js" or "/scalar/scalar.aspnetcore.js" or "/scalar/favicon.svg")
            )
            .Where(route =>
                !route.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => Names.Contains(data.Policy))
                || route.Metadata.GetMetadata<IAllowAnonymous>() is not null
            )
            .Select(route => route.RoutePattern.RawText);
        Assert.Empty(open);
    }

    /// <summary>The route with something in place of its parameters.</summary>
    internal static string PathOf(RouteEndpoint route) =>
        string.Join(
            '/',
            route.RoutePattern.PathSegments.Select(segment =>
                string.Concat(
                    segment.Parts.Select(part =>
                        part switch
                        {
                            RoutePatternLiteralPart literal => literal.Content,
                            RoutePatternSeparatorPart separator => separator.Content,
                            RoutePatternParameterPart { ParameterPolicies.Count: > 0 } => "01a20ba7-026f-7ab5-874e-21380266241c",
                            RoutePatternParameterPart { Name: "documentName" } => "v1",
                            _ => "lowconfidence",
                        }
                    )
                )
            )
        );

    [Fact]
    public void Every_route_that_the_design_names_exists()
    {
        var patterns = Routes().Select(route => route.RoutePattern.RawText!.Trim('/')).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "",
                "predict",
                "feedback",
                "flag/{**key}",
                "correct-label/{**key}",
                "api/classes",
                "test",
                "metrics",
                "health/live",
                "health/ready",
                "sign-in",
                "first-administrator",
                "api/v1/predictions",
                "api/v1/predictions/{id:guid}",
                "api/v1/predictions/{id:guid}/image",
                "api/v1/predictions/{id:guid}/flag",
                "api/v1/predictions/{id:guid}/correction",
                "api/v1/predictions/batch",
                "api/v1/predictions/download",
                "api/v1/classes",
                "api/v1/models/current",
                "api/v1/loops",
                "api/v1/loops/{name}",
                "api/v1/loops/{name}/tasks/next",
                "api/v1/tasks/{id:guid}/label",
                "api/v1/tasks/{id:guid}/skip",
                "api/v1/labels/{id:guid}",
                "api/v1/datasets",
                "api/v1/datasets/{bucket}",
                "api/v1/datasets/{bucket}/download",
                "review/{Loop}",
                "loops",
                "datasets/{Bucket?}",
                "openapi/{documentName}.json",
            },
            patterns
        );
    }
}
