namespace GourmetGram.Application.Common;

/// <summary>
/// Marks an options class with its configuration section. The table in docs/settings.md is generated from the classes with this attribute.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SettingsSectionAttribute(string name) : Attribute
{
    /// <summary>The section, e.g. <c>Database</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// Marks a setting as a secret. A secret can also be given as a file, through the setting's name with the suffix <c>File</c>, and is never
/// logged.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
