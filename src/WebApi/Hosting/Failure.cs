using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using GourmetGram.Application.Feedback;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Commands;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Composes the messages that the program writes to standard error before it ends with exit code 1. They are sentences for the operator,
/// without a stack trace and without secrets.
/// </summary>
internal static partial class Failure
{
    private const string NoStart = "GourmetGram cannot start.";

    /// <param name="e">The exception that ended the program.</param>
    /// <param name="hasBegun">Whether the program had begun its work, as a running server or as a command.</param>
    public static string Describe(Exception e, bool hasBegun) =>
        e switch
        {
            CommandException => WithoutUsers(e.Message),
            StartException
            or StrategyException
            or OptionsValidationException
            or ModelException
            or DataDirectoryException
            or DatabaseException => $"{NoStart} {WithoutUsers(e.Message)}",
            // The configuration binder throws this for a value of the wrong type. The message names the setting and the value.
            InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => $"{NoStart} {Sentence(e)}",
            _ => $"{(hasBegun ? "GourmetGram has to stop." : NoStart)} {Sentence(e)}{Root(e)} ({Cause(e).GetType().Name})",
        };

    /// <summary>Returns why the server cannot listen.</summary>
    /// <param name="e">The exception that the framework threw.</param>
    /// <param name="addresses">The addresses from the settings; null when the settings name none.</param>
    public static string ToListen(Exception e, string? addresses)
    {
        var wanted = string.IsNullOrEmpty(addresses) ? "The default address" : WithoutUsers(addresses);
        return e switch
        {
            _ when e.InnerException is AddressInUseException =>
                $"{Sentence(e)} Stop the program that listens there, or set ASPNETCORE_URLS to another address.",
            InvalidOperationException when e.Message.Contains("No server certificate was specified", StringComparison.Ordinal) =>
                "https needs a certificate. Set Kestrel:Certificates:Default:Path to its file, and Password or KeyPath if needed.",
            SocketException =>
                $"{wanted} cannot be used: {Sentence(e)} Set ASPNETCORE_URLS to an address of this machine, with a port that this "
                    + "user may open.",
            CryptographicException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException =>
                $"The certificate cannot be used: {Sentence(e)} Check Kestrel:Certificates and Kestrel:Endpoints.",
            _ => $"The server cannot listen: {Sentence(e)} Check ASPNETCORE_URLS, Kestrel:Endpoints and " + "Kestrel:Certificates.",
        };
    }

    /// <summary>
    /// Returns the root cause as a sentence when it differs from the main error, such as the line in a file that cannot be read. Otherwise
    /// returns an empty string.
    /// </summary>
    private static string Root(Exception e) => e.GetBaseException() is var root && root != Cause(e) ? " " + Sentence(root) : "";

    private static Exception Cause(Exception e) =>
        e is TypeInitializationException or AggregateException or System.Reflection.TargetInvocationException
        && e.InnerException is { } cause
            ? Cause(cause)
            : e;

    private static string Sentence(Exception e) =>
        WithoutUsers(string.Join(' ', Cause(e).Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.')) + ".";

    /// <summary>Hides the user name and password in URLs. A password may contain slashes and more @ characters.</summary>
    private static string WithoutUsers(string text) => BeforeHost().Replace(text, "***@");

    [GeneratedRegex("""(?<=^|//)[^\s'",]*@""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BeforeHost();
}
