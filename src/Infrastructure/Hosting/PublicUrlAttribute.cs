using System.ComponentModel.DataAnnotations;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Requires an absolute http or https address to which a path can be appended: no query, no fragment, no user.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PublicUrlAttribute : ValidationAttribute
{
    public PublicUrlAttribute()
        : base("{0} must be an http or https address without query, fragment and user, e.g. https://food.example.org/gourmetgram.") { }

    public override bool IsValid(object? value) =>
        value is null
        || (
            value is string text
            && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url is { Query: "", Fragment: "", UserInfo: "" }
        );
}
