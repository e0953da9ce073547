using System.Runtime.Intrinsics.X86;

namespace GourmetGram.Tests.Unit.Onnx;

/// <summary>What the tests must know of the processor that they run on.</summary>
internal static class Processor
{
    /// <summary>
    /// Whether sums of 8-bit products cannot saturate: AVX512-VNNI (CPUID 7, ECX bit 11) or AVX-VNNI (CPUID 7.1, EAX bit 4).
    /// </summary>
    public static bool HasVnni { get; } =
        X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0);
}
