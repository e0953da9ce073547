using System.Text.Json;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// How commands of the same executable reach the running server: the file <c>server.json</c> in the data directory, readable only by the
/// server's user. The file exists while the server listens.
/// </summary>
/// <param name="Address">Address on this machine's loopback, ending in a slash.</param>
/// <param name="Token">Sent as <c>Authorization: Bearer …</c>. An administrator's key that is valid while this server runs.</param>
public sealed record ServerAccess(Uri Address, string Token)
{
    private const string Name = "server.json";
    private const string TemporaryName = $"{Name}.new";

    /// <summary>Writes the file. A reader sees either the whole file or none.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public void Write(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        var temporary = Path.Combine(dataDirectory, TemporaryName);
        // An existing file would keep its permissions.
        File.Delete(temporary);
        using (
            var file = new FileStream(
                temporary,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        )
        {
            JsonSerializer.Serialize(file, this, JsonSerializerOptions.Web);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads the file.</summary>
    /// <returns>Null when there is no file.</returns>
    /// <exception cref="UnauthorizedAccessException">The file belongs to another user.</exception>
    public static ServerAccess? Read(string dataDirectory)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(dataDirectory, Name));
            return JsonSerializer.Deserialize<ServerAccess>(file, JsonSerializerOptions.Web);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Deletes the file if there is one, including a half-written one.</summary>
    public static void Delete(string dataDirectory)
    {
        File.Delete(Path.Combine(dataDirectory, Name));
        File.Delete(Path.Combine(dataDirectory, TemporaryName));
    }
}
