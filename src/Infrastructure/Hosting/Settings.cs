using System.ComponentModel.DataAnnotations;
using System.Reflection;
using GourmetGram.Application.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Binds options classes to the section named by their <see cref="SettingsSectionAttribute"/> and validates them at start.
/// </summary>
public static class Settings
{
    /// <summary>
    /// Registers an options class. A bad value stops the start with an error that names the setting, the allowed values and the value
    /// found.
    /// </summary>
    public static IServiceCollection AddSettings<TOptions>(this IServiceCollection services)
        where TOptions : class
    {
        services.AddOptionsWithValidateOnStart<TOptions>().BindConfiguration(SectionOf(typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>, AnnotationValidator<TOptions>>();
        return services;
    }

    /// <summary>Returns the section that an options class is bound to.</summary>
    public static string SectionOf(Type options) =>
        options.GetCustomAttribute<SettingsSectionAttribute>()?.Name
        ?? throw new InvalidOperationException($"{options} has no [SettingsSection].");

    /// <summary>Returns the settings of an options class: its public properties that can be set.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);
    }

    private sealed class AnnotationValidator<TOptions> : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var faults = new List<string>();
            foreach (var property in PropertiesOf(typeof(TOptions)))
            {
                var value = property.GetValue(options);
                var results = new List<ValidationResult>();
                // An empty text is how an environment variable says "not set".
                if (value is "" && property.GetCustomAttribute<RequiredAttribute>() is null)
                    continue;
                var setting = $"{SectionOf(typeof(TOptions))}:{property.Name}";
                if (
                    !Validator.TryValidateProperty(
                        value,
                        new ValidationContext(options) { MemberName = property.Name, DisplayName = setting },
                        results
                    )
                )
                {
                    var found = property.GetCustomAttribute<SecretAttribute>() is null
                        ? $"Found: '{Show(value)}'."
                        : "The value is a secret, so it is not shown.";
                    faults.AddRange(results.Select(result => $"{result.ErrorMessage} {found}"));
                }
            }

            return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }

        private static object? Show(object? value) =>
            value switch
            {
                string text => Redaction.WithoutUser(text),
                IEnumerable<string> list => string.Join(", ", list.Select(Redaction.WithoutUser)),
                _ => value,
            };
    }
}
