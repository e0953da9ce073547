using System.CommandLine;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary><c>gourmetgram doctor storage</c></summary>
internal static class DoctorCommand
{
    private const int Fault = 1;

    /// <param name="settings">Settings of the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var storage = new Command(
            "storage",
            """
            Tries out the object store: writes, reads, lists, tags and deletes an object of its own, and names the first thing that fails with its cure.
            Exit code: 0 when all went well, 1 when something is wrong.
            """);
        storage.SetAction((_, cancellationToken) => CheckStorageAsync(settings, cancellationToken));
        return new Command("doctor", "Checks what GourmetGram needs around it, and says of each fault what cures it.") { storage };
    }

    private static async Task<int> CheckStorageAsync(string[] settings, CancellationToken cancellationToken)
    {
        using var host = CommandLine.CreateBuilder(settings).Build();
        IObjectStore store;
        try
        {
            store = host.Services.GetRequiredService<IObjectStore>();
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            throw new CommandException($"{e.Message} While a server has it, /health/ready tells how its store is.", e);
        }

        var checks = await store.CheckAsync(cancellationToken);
        foreach (var check in checks)
            await Console.Out.WriteLineAsync(check.Fault is null ? $"ok     {check.Ability}" : $"FAULT  {check.Fault}");
        return checks.Any(check => check.Fault is not null) ? Fault : 0;
    }
}
