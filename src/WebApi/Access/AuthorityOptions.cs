using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Access;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Access;

/// <summary>The servers with whose accounts people can sign in.</summary>
[SettingsSection("OpenIdConnect")]
public sealed class AuthoritiesOptions
{
    [Description(
        "Servers with whose accounts people can sign in (OpenID Connect); `OpenIdConnect__Authorities__0__Id`, … Default: none. See "
            + "[Signing in with other accounts](people.md#signing-in-with-other-accounts)."
    )]
    public IReadOnlyList<AuthorityOptions> Authorities { get; set; } = [];
}

/// <summary>A server with whose accounts people can sign in.</summary>
public sealed class AuthorityOptions
{
    [Description(
        "Short name of the authority in addresses: lower-case letters, digits and hyphens, e.g. `harbour`. The authority needs to know the "
            + "redirect address `GourmetGram:PublicUrl` + `/sign-in/from/harbour`."
    )]
    [Required]
    [RegularExpression("[a-z0-9-]{1,32}")]
    public string? Id { get; set; }

    [Description("Name that people know, e.g. `Harbour Catering`. The button says *Sign in with Harbour Catering*.")]
    [Required]
    [MaxLength(40)]
    public string? Name { get; set; }

    [Description(
        "Address of the authority (its issuer), e.g. `https://login.example.org/realms/food`. It must begin with `https`, except on the "
            + "same machine (`localhost`)."
    )]
    [Required]
    [AuthorityAddress]
    public string? Authority { get; set; }

    [Description("Id under which the authority knows this server.")]
    [Required]
    public string? ClientId { get; set; }

    [Description("Secret that the authority gave this server. Empty for a public client, which has none.")]
    [Secret]
    public string? ClientSecret { get; set; }

    [Description("Scopes to ask for, separated by spaces.")]
    [Required]
    public string Scopes { get; set; } = "openid profile";

    [Description("Claim with the name of a new account.")]
    [Required]
    public string NameClaim { get; set; } = "preferred_username";

    [Description("Claim with the values that decide the role, e.g. `groups`. Empty means that roles are managed on the page *People*.")]
    public string? RoleClaim { get; set; }

    [Description("Values of the role claim that make a person an Administrator, separated by commas.")]
    public string? AdministratorValues { get; set; }

    [Description("Values of the role claim that make a person a Manager, separated by commas.")]
    public string? ManagerValues { get; set; }

    [Description("Values of the role claim that make a person an Annotator, separated by commas.")]
    public string? AnnotatorValues { get; set; }

    [Description(
        "Whether people without an account get one when they sign in. Only people whose role claim has one of the values above do, and "
            + "people without such a value can no longer sign in with this authority."
    )]
    public bool CreatesAccounts { get; set; }

    [Description(
        "Whether the authority always asks for a second factor, so that this server does not. If it is `False`, this server asks unless "
            + "the authority reports a second factor (`mfa` in the claim `amr`)."
    )]
    public bool TrustsSecondFactor { get; set; }

    /// <summary>Returns the highest role that the values of the role claim give; null for none.</summary>
    internal AccountRole? RoleOf(IReadOnlyCollection<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Has(AdministratorValues) ? AccountRole.Administrator
            : Has(ManagerValues) ? AccountRole.Manager
            : Has(AnnotatorValues) ? AccountRole.Annotator
            : null;

        bool Has(string? wanted) => Split(wanted).Any(value => values.Contains(value, StringComparer.Ordinal));
    }

    /// <summary>Whether a value of the role claim can give a role.</summary>
    internal bool MapsRoles =>
        !string.IsNullOrEmpty(RoleClaim)
        && new[] { AdministratorValues, ManagerValues, AnnotatorValues }.Any(values => Split(values).Length > 0);

    private static string[] Split(string? values) =>
        (values ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Accepts addresses with https, and addresses with http on the same machine.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AuthorityAddressAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) =>
        value is null
        || (
            Uri.TryCreate(value as string, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address is { Query: "", Fragment: "", UserInfo: "" }
        );

    public override string FormatErrorMessage(string name) =>
        $"{name} must be an address such as https://login.example.org/realms/food, without query, fragment and user. An address that "
        + "begins with http:// is allowed only on the same machine.";
}

/// <summary>Checks what attributes cannot check.</summary>
internal sealed class AuthoritiesOptionsValidator : IValidateOptions<AuthoritiesOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthoritiesOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        foreach (var id in options.Authorities.CountBy(authority => authority.Id ?? "", StringComparer.Ordinal).Where(id => id.Value > 1))
            faults.Add($"OpenIdConnect:Authorities: two authorities have the Id '{id.Key}'. Give each an Id of its own.");
        foreach (var authority in options.Authorities.Where(authority => authority is { CreatesAccounts: true, MapsRoles: false }))
            faults.Add(
                $"OpenIdConnect:Authorities: CreatesAccounts of '{authority.Id}' needs RoleClaim and at least one of AdministratorValues, "
                    + "ManagerValues and AnnotatorValues."
            );
        foreach (var authority in options.Authorities.Where(authority => !authority.Scopes.Split(' ').Contains("openid")))
            faults.Add($"OpenIdConnect:Authorities: Scopes of '{authority.Id}' must contain openid. Found: '{authority.Scopes}'.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
