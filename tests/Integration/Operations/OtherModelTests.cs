using System.Net.Http.Json;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.TestModels;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>A team's own model: other classes, another size, with and without embedding. Nothing in the product may know the bundled one.</summary>
public sealed class OtherModelTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-model-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_of_three_classes_serves_api_lab_and_page(bool embedding)
    {
        var model = new TestModel { Labels = ["Cat", "Dog", "Bird/Bat"], HasEmbedding = embedding }.WriteTo(Path.Combine(folder, "model"));
        await using var server = ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string>
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data"),
                ["GourmetGram__PublicUrl"] = "https://animals.example.org/app/",
                ["Model__Directory"] = model,
            }
        );
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        var prediction = await client.UploadAsync();
        Assert.Equal(["Cat", "Dog", "Bird/Bat"], prediction.Probabilities.Select(p => p.Class));
        Assert.Equal(new Uri($"https://animals.example.org/app/api/v1/predictions/{prediction.Id}/image"), prediction.Image);
        using var corrected = await client.CorrectAsync(prediction.Id, "Bird/Bat");
        Assert.Equal("Bird/Bat", (await client.GetAsync(prediction.Id)).Correction);
        Assert.Equal(
            ["Cat", "Dog", "Bird/Bat"],
            (await client.Http.GetFromJsonAsync<string[]>("api/classes", TestContext.Current.CancellationToken))!
        );

        using var page = await client.SendAsync(HttpMethod.Get, $"?p={prediction.Id}", null, ("Accept", "text/html"));
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("value=\"Bird/Bat\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Noodles", html, StringComparison.Ordinal);
    }
}
