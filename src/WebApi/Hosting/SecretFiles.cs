using System.Reflection;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Every secret may be given as a file: <c>Database__ConnectionStringFile=/run/secrets/db</c> instead of <c>Database__ConnectionString=…</c>.</summary>
internal static class SecretFiles
{
    /// <summary>Reads the files that the configuration names and puts their content under the secret's own name.</summary>
    /// <exception cref="StartException">A file cannot be read, or a secret is given in both ways.</exception>
    public static void AddSecretFiles(this ConfigurationManager configuration, IEnumerable<Type> settings)
    {
        var secrets = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var type in settings)
        {
            foreach (var property in Settings.PropertiesOf(type).Where(p => p.GetCustomAttribute<SecretAttribute>() is not null))
            {
                var key = $"{Settings.SectionOf(type)}:{property.Name}";
                if (configuration[$"{key}File"] is not { Length: > 0 } path)
                    continue;
                if (!string.IsNullOrEmpty(configuration[key]))
                    throw new StartException($"{key} and {key}File are both set: keep one of them.");
                secrets[key] = Read(key, path);
            }
        }

        configuration.AddInMemoryCollection(secrets);
    }

    private static string Read(string key, string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{key}File names '{path}', which cannot be read: {e.Message}", e);
        }
    }
}
