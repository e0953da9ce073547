using System.CommandLine;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Access;

namespace GourmetGram.WebApi.Commands;

/// <summary>
/// Implements <c>gourmetgram users list | add NAME --role ROLE | role NAME ROLE | disable NAME | enable NAME | reset-password NAME |
/// delete NAME</c>.
/// </summary>
internal static class UsersCommand
{
    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var list = new Command(
            "list",
            "Writes a line per account, by name: name, role, and Active, Invited (no password yet) or Disabled, separated by tabs."
        );
        list.SetAction((_, cancellationToken) => WithAccountsAsync(settings, ListAsync, cancellationToken));

        var role = new Option<AccountRole>("--role")
        {
            Description =
                "What the account may do: Annotator (label photos), Manager (also loops, datasets and monitoring) or Administrator "
                + "(everything).",
            Required = true,
        };
        var newName = new Argument<string>("NAME") { Description = "Name to sign in with." };
        var add = new Command(
            "add",
            "Creates an account and writes a link for choosing a password. The link works once and expires after a week."
        )
        {
            newName,
            role,
        };
        add.SetAction(
            (parsed, cancellationToken) =>
                WithAccountsAsync(
                    settings,
                    async (accounts, token) =>
                        await WriteAsync(
                            await accounts.AddAsync(
                                parsed.GetRequiredValue(newName),
                                parsed.GetRequiredValue(role),
                                CommandLine.Requester,
                                token
                            )
                        ),
                    cancellationToken
                )
        );

        return new Command("users", "Manages accounts. Calls the server that runs on the same data directory, or works without one.")
        {
            list,
            add,
            ChangeRole(settings),
            OfOne(
                "disable",
                "Disables an account and signs it out. The last administrator cannot be disabled.",
                settings,
                async (accounts, name, token) => await WriteAsync(await accounts.DisableAsync(name, CommandLine.Requester, token))
            ),
            OfOne("enable", "Enables an account, so that it can sign in again.", settings, async (accounts, name, token) =>
                await WriteAsync(await accounts.EnableAsync(name, CommandLine.Requester, token))
            ),
            OfOne(
                "delete",
                "Deletes an account. Its labels stay, without its name. The last administrator cannot be deleted.",
                settings,
                async (accounts, name, token) => await WriteAsync(await accounts.DeleteAsync(name, CommandLine.Requester, token))
            ),
            OfOne(
                "reset-password",
                "Removes the password, signs the account out, and writes a link for choosing a new one. The link works once, for a day.",
                settings,
                async (accounts, name, token) => await WriteAsync(await accounts.ResetPasswordAsync(name, CommandLine.Requester, token))
            ),
        };
    }

    private static Command ChangeRole(string[] settings)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the account, as shown by `users list`." };
        var role = new Argument<AccountRole>("ROLE") { Description = "Annotator, Manager or Administrator." };
        var command = new Command("role", "Changes what an account may do. The last administrator keeps the role.") { name, role };
        command.SetAction(
            (parsed, cancellationToken) =>
                WithAccountsAsync(
                    settings,
                    async (accounts, token) =>
                        await WriteAsync(
                            await accounts.ChangeRoleAsync(
                                parsed.GetRequiredValue(name),
                                parsed.GetRequiredValue(role),
                                CommandLine.Requester,
                                token
                            )
                        ),
                    cancellationToken
                )
        );
        return command;
    }

    private static Command OfOne(
        string verb,
        string description,
        string[] settings,
        Func<IAccounts, string, CancellationToken, Task<int>> change
    )
    {
        var name = new Argument<string>("NAME") { Description = "Name of the account, as shown by `users list`." };
        var command = new Command(verb, description) { name };
        command.SetAction(
            (parsed, cancellationToken) =>
                WithAccountsAsync(settings, (accounts, token) => change(accounts, parsed.GetRequiredValue(name), token), cancellationToken)
        );
        return command;
    }

    private static Task<int> WithAccountsAsync(
        string[] settings,
        Func<IAccounts, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken
    ) =>
        PreparedHost.CallAsync(
            settings,
            services => services.GetRequiredService<IAccounts>(),
            server => new ServerAccounts(server),
            work,
            cancellationToken
        );

    private static async Task<int> ListAsync(IAccounts accounts, CancellationToken cancellationToken)
    {
        foreach (var account in await accounts.ListAsync(cancellationToken))
            await WriteAsync(account);
        return 0;
    }

    private static async Task<int> WriteAsync(AccountView account)
    {
        await Console.Out.WriteLineAsync($"{account.Name}\t{account.Role?.ToString() ?? "none"}\t{account.State}");
        return 0;
    }

    private static async Task<int> WriteAsync(AccountLinkView link)
    {
        var server = link.Link!.StartsWith('/') ? " Add the server's address in front. Set GourmetGram:PublicUrl to get full links." : "";
        await Console.Error.WriteLineAsync(
            $"Send this link to {link.Account.Name}. It works once, until {link.ExpiresAt.ToUtcText()}.{server}"
        );
        await Console.Out.WriteLineAsync(link.Link);
        return 0;
    }
}
