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

    /// <summary>
    /// Returns the class of the entries if a setting is a list of entries that have settings of their own; null for other settings.
    /// </summary>
    public static Type? EntryOf(PropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return
            property.PropertyType is { IsGenericType: true } list
            && list.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            && list.GetGenericArguments() is [{ IsClass: true } entry]
            && entry != typeof(string)
            ? entry
            : null;
    }

    private sealed class AnnotationValidator<TOptions> : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var faults = FaultsOf(options, typeof(TOptions), SectionOf(typeof(TOptions))).ToList();
            return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }

        private static IEnumerable<string> FaultsOf(object options, Type type, string section)
        {
            foreach (var property in PropertiesOf(type))
            {
                var value = property.GetValue(options);
                var setting = $"{section}:{property.Name}";
                if (EntryOf(property) is { } entry)
                {
                    var entries = ((System.Collections.IEnumerable)value!).Cast<object>();
                    foreach (var fault in entries.SelectMany((item, index) => FaultsOf(item, entry, $"{setting}:{index}")))
                        yield return fault;
                    continue;
                }

                var results = new List<ValidationResult>();
                // An empty text is how an environment variable says "not set".
                if (value is "" && property.GetCustomAttribute<RequiredAttribute>() is null)
                    continue;
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
                    foreach (var result in results)
                        yield return $"{result.ErrorMessage} {found}";
                }
            }
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
