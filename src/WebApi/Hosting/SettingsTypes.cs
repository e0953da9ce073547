using System.Reflection;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Every options class of the product, found by its attribute: secrets are read for them, and README's table is made from them.</summary>
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
