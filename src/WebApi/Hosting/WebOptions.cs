using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Hosting;

/// <summary>Behaviour of <c>POST /predict</c> with JSON, the lab's inference route.</summary>
public enum JsonPredict
{
    /// <summary>Store the photo and the prediction, as for every other upload.</summary>
    Record = 0,

    /// <summary>Only answer: the client (the lab's own web app) stores the photo.</summary>
    AnswerOnly,
}

/// <summary>Settings of the lab's routes.</summary>
[SettingsSection("Lab")]
public sealed class LabOptions
{
    [Description(
        "What `POST /predict` with JSON does: `Record` stores photo and prediction; `AnswerOnly` stores nothing, for the lab's own web "
            + "app, which stores the photo itself."
    )]
    [EnumDataType(typeof(JsonPredict))]
    public JsonPredict JsonPredict { get; set; } = JsonPredict.Record;
}

/// <summary>Settings of the REST interface.</summary>
[SettingsSection("Api")]
public sealed class ApiOptions
{
    [Description(
        "Origins whose scripts may call the API without a cookie (CORS), e.g. `https://app.example.org`; `Api__AllowedOrigins__0`, "
            + "`__1`, … Default: none."
    )]
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];
}

/// <summary>Access level of <c>/metrics</c>.</summary>
public enum MetricsAccess
{
    /// <summary>Everybody who can reach the server.</summary>
    Public = 0,

    /// <summary>Administrators.</summary>
    Admin,
}

/// <summary>Settings of the metrics.</summary>
[SettingsSection("Metrics")]
public sealed class MetricsOptions
{
    [Description("Who may read `/metrics`: `Public` or `Admin`.")]
    [EnumDataType(typeof(MetricsAccess))]
    public MetricsAccess Access { get; set; } = MetricsAccess.Public;
}
