using System.CommandLine;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram doctor [storage | label-studio [--fix]]</c>.</summary>
internal static class DoctorCommand
{
    private const int Fault = 1;

    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var storage = new Command(
            "storage",
            """
            Checks the object store: writes, reads, lists, tags and deletes a test object. Reports the first failure and how to fix it.
            Exit code: 0 if everything works, 1 if not.
            """
        );
        storage.SetAction((_, cancellationToken) => CheckStorageAsync(settings, cancellationToken));

        var fix = new Option<bool>("--fix")
        {
            Description = "First repairs everything that needs no decision: projects, label configs, storages, webhooks.",
        };
        var labelStudio = new Command(
            "label-studio",
            """
            Checks the connection between Label Studio and GourmetGram. For each finding, shows what was found, how it was checked, and what to do.
            Calls the server that runs on the same data directory, or works without one.
            Exit code: 0 if nothing is broken (there may be warnings), 1 if something is.
            """
        )
        {
            fix,
        };
        labelStudio.SetAction((parsed, cancellationToken) => CheckLabelStudioAsync(settings, parsed.GetValue(fix), cancellationToken));

        var doctor = new Command(
            "doctor",
            "Checks the services that GourmetGram needs, and says how to fix each problem. Without a subcommand, runs all checks."
        )
        {
            storage,
            labelStudio,
        };
        doctor.SetAction(
            async (_, cancellationToken) =>
                Math.Max(
                    await CheckStorageOrSayAsync(settings, cancellationToken),
                    await CheckLabelStudioAsync(settings, fix: false, cancellationToken)
                )
        );
        return doctor;
    }

    private static async Task<int> CheckStorageOrSayAsync(string[] settings, CancellationToken cancellationToken)
    {
        try
        {
            return await CheckStorageAsync(settings, cancellationToken);
        }
        catch (CommandException e)
        {
            await Console.Out.WriteLineAsync($"-      {e.Message}");
            return 0;
        }
    }

    private static async Task<int> CheckStorageAsync(string[] settings, CancellationToken cancellationToken)
    {
        using var host = CommandLine.CreateBuilder(settings).Build();
        IObjectStore store;
        try
        {
            // The keyed service bypasses the store guard, which waits for a database that this command does not use.
            store = host.Services.GetRequiredKeyedService<IObjectStore>(
                host.Services.GetRequiredService<IOptions<ObjectStoreOptions>>().Value.Provider
            );
        }
        catch (DataDirectoryException e) when (e.IsInUse)
        {
            throw new CommandException($"{e.Message} While the server runs, /health/ready shows the state of its store.", e);
        }

        var checks = await store.CheckAsync(cancellationToken);
        foreach (var check in checks)
            await Console.Out.WriteLineAsync(check.Fault is null ? $"ok     {check.Ability}" : $"FAULT  {check.Fault}");
        return checks.Any(check => check.Fault is not null) ? Fault : 0;
    }

    private static Task<int> CheckLabelStudioAsync(string[] settings, bool fix, CancellationToken cancellationToken) =>
        PreparedHost.CallAsync<ILabelStudioChecks>(
            settings,
            services => new InProcessLabelStudioChecks(services),
            server => new ServerLabelStudioChecks(server),
            async (checks, token) =>
            {
                if (fix)
                    await FixAsync(checks, token);
                var findings = await checks.DiagnoseAsync(token);
                foreach (var finding in findings)
                    await WriteAsync(finding);
                return findings.Any(finding => finding.Kind == FindingKind.Error) ? Fault : 0;
            },
            cancellationToken
        );

    private static async Task FixAsync(ILabelStudioChecks checks, CancellationToken cancellationToken)
    {
        foreach (var item in (await checks.FixAsync(cancellationToken)).Items)
        {
            foreach (var repair in item.Repairs)
                await Console.Out.WriteLineAsync($"fixed  {item.Title}: {repair}");
            foreach (var complaint in item.Complaints)
                await Console.Out.WriteLineAsync($"WARN   {item.Title}: {complaint}");
        }
    }

    private static async Task WriteAsync(Finding finding)
    {
        var mark = finding.Kind switch
        {
            FindingKind.Good => "ok   ",
            FindingKind.Warning => "WARN ",
            _ => "FAULT",
        };
        await Console.Out.WriteLineAsync($"{mark}  {finding.Subject}: {finding.What} [{finding.How}]");
        if (finding.Cure is not null)
            await Console.Out.WriteLineAsync($"       → {finding.Cure}");
    }
}
