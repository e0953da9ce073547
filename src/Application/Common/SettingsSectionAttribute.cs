namespace GourmetGram.Application.Common;

/// <summary>Marks an options class with the configuration section it is bound to. README's table of settings is generated from the classes that carry it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SettingsSectionAttribute(string name) : Attribute
{
    /// <summary>The section, e.g. <c>Database</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>Marks a setting that is a secret: it may also be given as a file, by the same name with <c>File</c> at its end, and is never logged.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
