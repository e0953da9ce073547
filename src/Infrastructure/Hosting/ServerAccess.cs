using System.Text.Json;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// How commands of the same executable reach the server that has the data directory: <c>server.json</c> in it, readable by the server's user alone. It stands there while the server
/// listens.
/// </summary>
/// <param name="Address">Address on this machine's loopback, ending in a slash.</param>
/// <param name="Token">Sent as <c>Authorization: Bearer …</c>: an administrator's key for as long as this server runs.</param>
public sealed record ServerAccess(Uri Address, string Token)
{
    private const string Name = "server.json";
    private const string TemporaryName = $"{Name}.new";

    /// <summary>Writes the file; whoever reads finds all of it or none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public void Write(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        var temporary = Path.Combine(dataDirectory, TemporaryName);
        // A file that is left from before would keep the rights it has.
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
    /// <returns>Null when there is none.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
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

    /// <summary>Removes the file where there is one, also a half-written one.</summary>
    public static void Delete(string dataDirectory)
    {
        File.Delete(Path.Combine(dataDirectory, Name));
        File.Delete(Path.Combine(dataDirectory, TemporaryName));
    }
}
