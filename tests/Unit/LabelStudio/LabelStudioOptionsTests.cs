using GourmetGram.Infrastructure.LabelStudio;

namespace GourmetGram.Tests.Unit.LabelStudio;

public sealed class LabelStudioOptionsTests
{
    [Fact]
    public void Nothing_set_is_not_connected_and_no_fault() => Assert.Null(Fault(new LabelStudioOptions()));

    [Fact]
    public void What_is_set_wrong_is_named_without_the_token()
    {
        Assert.Equal(
            "LabelStudio:Url must be an address such as http://label-studio:8080, without query, fragment and user. Found: "
                + "'label-studio:8080'.",
            Fault(new LabelStudioOptions { Url = "label-studio:8080", ApiKey = "x" })
        );
        Assert.Equal(
            "LabelStudio:ApiKey is empty, but LabelStudio:Url is set. Set it to a token of a Label Studio user, or set "
                + "LabelStudio:ApiKeyFile to a file.",
            Fault(new LabelStudioOptions { Url = "http://ls:8080" })
        );
        Assert.Equal(
            "LabelStudio:StoreEndpoint must be an address such as http://minio:9000, or 'own'. Found: 'minio'.",
            Fault(new LabelStudioOptions { StoreEndpoint = "minio" })
        );
        Assert.Equal(
            "LabelStudio:StoreAccessKey and LabelStudio:StoreSecretKey belong together. Set both or neither.",
            Fault(new LabelStudioOptions { StoreAccessKey = "x" })
        );
        Assert.Equal(
            "LabelStudio:CallbackUrl must be an address such as http://gourmetgram.internal:8080, without query, fragment and user. Found: "
                + "'http://a?b'.",
            Fault(new LabelStudioOptions { CallbackUrl = "http://a?b" })
        );
    }

    [Fact]
    public void A_path_in_the_address_is_kept() =>
        Assert.Equal("http://host/tools/ls/", new LabelStudioOptions { Url = "http://host/tools/ls" }.Address!.ToString());

    private static string? Fault(LabelStudioOptions options) => new LabelStudioOptionsValidator().Validate(null, options).FailureMessage;
}
