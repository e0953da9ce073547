using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Access;

/// <summary>Who has to sign in with a second factor.</summary>
public enum SecondFactorFor
{
    /// <summary>A second factor is optional for all accounts.</summary>
    Nobody = 0,

    /// <summary>Administrators.</summary>
    Administrators,

    /// <summary>Managers and administrators.</summary>
    Managers,

    /// <summary>Everybody with an account.</summary>
    Everybody,
}

/// <summary>Whose accounts need a second factor.</summary>
[SettingsSection("SecondFactor")]
public sealed class SecondFactorOptions
{
    [Description(
        "Who has to sign in with a second factor: a code from an authenticator app in addition to the password, or a passkey. People who "
            + "have neither can open only the page *Your account*, where they add one. API keys are not affected."
    )]
    public SecondFactorFor RequiredFor { get; set; }

    [Description(
        "Days for which people can choose not to be asked for a code again in the same browser. 0 means that they are asked each time."
    )]
    [Range(0, 365)]
    public int RememberDays { get; set; } = 30;

    /// <summary>Returns whether a person with an account has to have a second factor.</summary>
    public bool IsRequiredFor(ClaimsPrincipal person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return RequiredFor switch
        {
            SecondFactorFor.Administrators => person.IsInRole(Roles.Admin),
            SecondFactorFor.Managers => person.IsManager(),
            SecondFactorFor.Everybody => true,
            _ => false,
        };
    }
}
