using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation.Results;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Checks JSON bodies against the limits of their members, which the OpenAPI document also shows. A body is a record with
/// <see cref="JsonUnmappedMemberHandlingAttribute"/>, so unknown members are refused.
/// </summary>
internal sealed class BodyLimits : IEndpointFilter
{
    /// <exception cref="FluentValidation.ValidationException">A member violates its limits.</exception>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var bodies = context
            .Arguments.OfType<object>()
            .Where(argument => argument.GetType().IsDefined(typeof(JsonUnmappedMemberHandlingAttribute)));
        var faults = bodies.SelectMany(FaultsOf).ToList();
        return faults.Count == 0 ? next(context) : throw new FluentValidation.ValidationException(faults);
    }

    private static IEnumerable<ValidationFailure> FaultsOf(object body) =>
        from property in body.GetType().GetProperties()
        from limit in property.GetCustomAttributes<ValidationAttribute>()
        let value = property.GetValue(body)
        where !limit.IsValid(value)
        let name = JsonNamingPolicy.CamelCase.ConvertName(property.Name)
        select new ValidationFailure(name, Describe(limit, name, value));

    private static string Describe(ValidationAttribute limit, string name, object? value) =>
        limit switch
        {
            RequiredAttribute => $"'{name}' is missing.",
            MaxLengthAttribute most => $"'{name}' can have at most {most.Length} {(value is string ? "characters" : "items")}.",
            RangeAttribute range => $"'{name}' must be from {range.Minimum} to {range.Maximum}.",
            _ => limit.FormatErrorMessage(name),
        };
}
