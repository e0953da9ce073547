using GourmetGram.Domain.Access;

namespace GourmetGram.WebUi.Access;

/// <summary>What an API key may do, in words.</summary>
internal static class ScopeWords
{
    public static string Of(ApiScope scope) =>
        scope switch
        {
            ApiScope.PredictionsWrite => "Classify",
            ApiScope.PredictionsRead => "Read photos",
            ApiScope.LabelsWrite => "Label",
            ApiScope.DatasetsRead => "Read datasets",
            ApiScope.MonitoringRead => "Read loops, accuracy and models",
            _ => "Everything I may do",
        };
}
