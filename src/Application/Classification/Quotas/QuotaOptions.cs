using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>How much people without an account may store. Accounts and API keys have no quota.</summary>
[SettingsSection("Quotas")]
public sealed class QuotaOptions
{
    [Description("Photos that a visitor may store within an hour. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int VisitorPhotosPerHour { get; set; } = 1000;

    [Description("Photos that a visitor may store within a day. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int VisitorPhotosPerDay { get; set; } = 5000;

    [Description("MiB that a visitor may store within an hour. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int VisitorMebibytesPerHour { get; set; } = 4096;

    [Description("MiB that a visitor may store within a day. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int VisitorMebibytesPerDay { get; set; } = 20_480;

    [Description(
        "Photos that all people without an account at one address (IPv6: one /64 network) may store within an hour. 0 means any number."
    )]
    [Range(0, 1_000_000_000)]
    public int AddressPhotosPerHour { get; set; } = 50_000;

    [Description("Photos that all people without an account at one address may store within a day. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int AddressPhotosPerDay { get; set; } = 200_000;

    [Description("MiB that all people without an account at one address may store within an hour. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int AddressMebibytesPerHour { get; set; } = 51_200;

    [Description("MiB that all people without an account at one address may store within a day. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int AddressMebibytesPerDay { get; set; } = 204_800;

    [Description(
        "Photos that all people without an account together may store within a day. 0 means any number. Strangers who have used it up stop "
            + "all others without an account until midnight, UTC."
    )]
    [Range(0, 1_000_000_000)]
    public int TotalPhotosPerDay { get; set; }

    [Description("MiB that all people without an account together may store within a day. 0 means any number.")]
    [Range(0, 1_000_000_000)]
    public int TotalMebibytesPerDay { get; set; }
}
