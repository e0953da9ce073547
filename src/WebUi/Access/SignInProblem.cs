namespace GourmetGram.WebUi.Access;

/// <summary>Why a person could not sign in with the account of another server, or could not connect it.</summary>
public enum SignInProblem
{
    /// <summary>The person or the server refused.</summary>
    Denied = 1,

    /// <summary>The sign-in took too long, was repeated, or began in another browser.</summary>
    Expired,

    /// <summary>The server does not answer.</summary>
    Unreachable,

    /// <summary>The server's answer is not acceptable.</summary>
    Failed,

    /// <summary>No account here is connected with that account.</summary>
    NoAccount,

    /// <summary>The account here is disabled.</summary>
    Disabled,

    /// <summary>The server gives the person no role here.</summary>
    NoRole,

    /// <summary>No account can be created with the name that the server gives the person.</summary>
    NoName,

    /// <summary>The person was refused too often.</summary>
    TooMany,

    /// <summary>The one-time link was used, was replaced or has expired.</summary>
    LinkOver,

    /// <summary>The account of the other server is connected with another account here, or with this one already.</summary>
    Connected,

    /// <summary>The person signed out, or in with another account, in the meantime.</summary>
    OtherPerson,
}

/// <summary>Says what happened and what to do.</summary>
internal static class SignInProblemWords
{
    /// <param name="problem">The problem.</param>
    /// <param name="authority">Name of the other server.</param>
    public static string Of(SignInProblem problem, string authority) =>
        problem switch
        {
            SignInProblem.Denied => $"{authority} didn’t sign you in. Try again, or sign in with your password.",
            SignInProblem.Expired => "This sign-in took too long or was used already. Start again.",
            SignInProblem.Unreachable => $"{authority} doesn’t answer at the moment. Try again later, or sign in with your password.",
            SignInProblem.NoAccount =>
                $"No account here is connected with your account at {authority}. If you have an invitation link, open it and choose "
                    + $"{authority} there. Or sign in with your password and connect {authority} under “Your account”.",
            SignInProblem.Disabled => "Your account is disabled. Ask an administrator.",
            SignInProblem.NoRole => $"{authority} gives you no role here. Ask an administrator for access.",
            SignInProblem.NoName =>
                $"No account could be created for you: the name that {authority} gives you is taken or not allowed here. Ask an "
                    + "administrator for an invitation.",
            SignInProblem.TooMany => "Too many attempts. Wait a quarter of an hour and try again.",
            SignInProblem.LinkOver => "This link was already used or has expired. Ask an administrator for a new one.",
            SignInProblem.Connected => $"That account at {authority} is already connected with an account here.",
            SignInProblem.OtherPerson => "You signed out or changed accounts in the meantime. Start again.",
            _ => $"Signing in with {authority} failed. Try again, or ask an administrator, who finds the reason in the server’s log.",
        };
}
