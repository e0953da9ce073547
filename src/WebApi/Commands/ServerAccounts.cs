using GourmetGram.WebApi.Access;
using GourmetGram.WebUi.Access;

namespace GourmetGram.WebApi.Commands;

/// <summary>Manages accounts through the running server, which identifies the caller itself.</summary>
internal sealed class ServerAccounts(ServerConnection server) : IAccounts
{
    private const string Path = "users";

    public async Task<IReadOnlyList<AccountView>> ListAsync(CancellationToken cancellationToken) =>
        (await server.SendAsync<AccountEndpoints.UserList>(HttpMethod.Get, Path, cancellationToken)).Items;

    public Task<AccountLinkView> AddAsync(string name, AccountRole role, string by, CancellationToken cancellationToken) =>
        server.SendAsync<AccountLinkView>(HttpMethod.Post, Path, cancellationToken, new AccountEndpoints.NewUser(name, role));

    public Task<AccountLinkView> ResetPasswordAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync<AccountLinkView>(name, "reset-password", cancellationToken);

    public Task<AccountView> DisableAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync<AccountView>(name, "disable", cancellationToken);

    public Task<AccountView> EnableAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync<AccountView>(name, "enable", cancellationToken);

    public Task<AccountView> ChangeRoleAsync(string name, AccountRole role, string by, CancellationToken cancellationToken) =>
        server.SendAsync<AccountView>(
            HttpMethod.Put,
            $"{Path}/{Uri.EscapeDataString(name)}/role",
            cancellationToken,
            new AccountEndpoints.RoleChange(role)
        );

    public Task<AccountView> DeleteAsync(string name, string by, CancellationToken cancellationToken) =>
        server.SendAsync<AccountView>(HttpMethod.Delete, $"{Path}/{Uri.EscapeDataString(name)}", cancellationToken);

    private Task<TResult> ChangeAsync<TResult>(string name, string verb, CancellationToken cancellationToken) =>
        server.SendAsync<TResult>(HttpMethod.Post, $"{Path}/{Uri.EscapeDataString(name)}/{verb}", cancellationToken);
}
