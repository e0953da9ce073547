using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Infrastructure.ObjectStorage;

namespace GourmetGram.Tests.Unit.Hosting;

/// <summary>User and password of an address are never shown.</summary>
public sealed class RedactionTests
{
    [Theory]
    [InlineData("http://minio:9000", "http://minio:9000")]
    [InlineData("http://root:hunter2@minio:9000", "http://***@minio:9000")]
    [InlineData("HTTPS://root:hunt@er/2@minio:9000/x", "HTTPS://***@minio:9000/x")]
    [InlineData("root:hunter2@minio:9000", "***@minio:9000")]
    [InlineData("http://root:hunter2@mi nio:port", "http://***@mi nio:port")]
    [InlineData("", "")]
    [InlineData(null, null)]
    public void Only_the_rest_of_an_address_is_shown(string? address, string? shown) => Assert.Equal(shown, Redaction.WithoutUser(address));

    [Theory]
    [InlineData("http://root:hunter2@minio:9000")]
    [InlineData("http://root:hunter2@minio:nine")]
    [InlineData("s3://root:hunter2@minio")]
    public void A_message_about_an_address_shows_no_password(string address)
    {
        var store = new ObjectStoreOptionsValidator().Validate(
            name: null,
            new ObjectStoreOptions { Provider = ObjectStoreProvider.S3, Endpoint = address }
        );
        var labels = new LabelStudioOptionsValidator().Validate(
            name: null,
            new LabelStudioOptions
            {
                Url = address,
                StoreEndpoint = address,
                CallbackUrl = address,
            }
        );
        foreach (var message in new[] { store.FailureMessage, labels.FailureMessage })
        {
            Assert.Contains("***@minio", message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        }
    }
}
