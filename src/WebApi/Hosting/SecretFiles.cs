using System.Reflection;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Reads secrets from files: <c>Database__ConnectionStringFile=/run/secrets/db</c> instead of <c>Database__ConnectionString=…</c>. The
/// files are read again when the configuration is reloaded. A corrected secret then needs no restart if the code that uses it reads it
/// again.
/// </summary>
internal static class SecretFiles
{
    /// <summary>Reads the files that the configuration names, and adds their content under the name of the secret.</summary>
    /// <exception cref="StartException">A file cannot be read, or a secret is set both directly and as a file.</exception>
    public static void AddSecretFiles(this ConfigurationManager configuration, IEnumerable<Type> settings)
    {
        var files = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in settings.SelectMany(type => SecretsOf(configuration, type, Settings.SectionOf(type))))
        {
            if (configuration[$"{key}File"] is not { Length: > 0 } path)
                continue;
            if (!string.IsNullOrEmpty(configuration[key]))
                throw new StartException($"{key} and {key}File are both set. Remove one of them.");
            files[key] = path;
        }

        ((IConfigurationBuilder)configuration).Add(new Source(files));
    }

    /// <summary>
    /// Returns the names of all secrets of an options class, also of the entries that its lists have in the configuration.
    /// </summary>
    private static IEnumerable<string> SecretsOf(IConfiguration configuration, Type type, string section) =>
        Settings
            .PropertiesOf(type)
            .SelectMany(property =>
            {
                var key = $"{section}:{property.Name}";
                if (Settings.EntryOf(property) is { } entry)
                    return configuration.GetSection(key).GetChildren().SelectMany(item => SecretsOf(configuration, entry, item.Path));
                return property.GetCustomAttribute<SecretAttribute>() is null ? Enumerable.Empty<string>() : [key];
            });

    private sealed class Source(IReadOnlyDictionary<string, string> files) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(files);
    }

    private sealed class Provider(IReadOnlyDictionary<string, string> files) : ConfigurationProvider
    {
        private bool wasRead;

        public override void Load()
        {
            var read = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, path) in files)
                read[key] = Read(key, path);
            Data = read;
            wasRead = true;
            OnReload();
        }

        private string? Read(string key, string path)
        {
            try
            {
                return File.ReadAllText(path).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // While the server runs, the last value stays in use, because a file is briefly missing while it is replaced.
                return wasRead ? Data[key] : throw new StartException($"The file '{path}' set in {key}File cannot be read: {e.Message}", e);
            }
        }
    }
}
