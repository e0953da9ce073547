using System.Runtime.InteropServices;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Stops ONNX Runtime from sending telemetry. Unless the process environment forbids it before the first call, the runtime (1.31 on Linux)
/// writes <c>~/.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db</c> and sends it by HTTPS.
/// </summary>
public static partial class OnnxTelemetry
{
    internal const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>
    /// Switches telemetry off for this process, whatever the variable's value. Must run before the first use of ONNX Runtime; the model
    /// loader calls it too.
    /// </summary>
    public static void SwitchOff()
    {
        // On Unix, .NET has its own copy of the environment, which native code never sees. Only a change through libc reaches the runtime.
        if (OperatingSystem.IsWindows())
            Environment.SetEnvironmentVariable(Variable, "1");
        else if (SetEnv(Variable, "1", overwrite: 1) != 0)
            throw new InvalidOperationException(
                $"{Variable} could not be set (errno {Marshal.GetLastPInvokeError()}): start the process with {Variable}=1."
            );
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
