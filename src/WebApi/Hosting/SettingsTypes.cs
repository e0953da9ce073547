using System.Reflection;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Lists every options class of the product, found by its attribute. Secrets are read for these classes, and the table in docs/settings.md
/// is generated from them.
/// </summary>
internal static class SettingsTypes
{
    public static readonly IReadOnlyList<Type> All =
    [
        .. new[] { typeof(LimitsOptions).Assembly, typeof(GourmetGramOptions).Assembly, typeof(LabOptions).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetCustomAttribute<SettingsSectionAttribute>() is not null)
            .OrderBy(type => Settings.SectionOf(type), StringComparer.Ordinal),
    ];
}
