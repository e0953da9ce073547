using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class OnnxRegistrationTests
{
    [Fact]
    public void The_settings_choose_the_model()
    {
        using var folder = new ModelFolder(new TestModel { Name = "ours" });
        using var provider = Build(("Model:Directory", folder.Path("")), ("Model:Variant", "float"));

        Assert.Equal("ours", provider.GetRequiredService<IClassifier>().Model.Name);
    }

    [Fact]
    public async Task The_settings_bound_the_gate()
    {
        using var provider = Build(("Limits:Concurrency", "1"), ("Limits:QueueLength", "0"));
        var gate = provider.GetRequiredService<IInferenceGate>();
        var photo = new PhotoHeader("image/jpeg", ".jpg", 1, 1, DecodeBytes: 0);
        using var inside = await gate.EnterAsync(photo, CancellationToken.None);

        await Assert.ThrowsAsync<ServerBusyException>(() => gate.EnterAsync(photo, CancellationToken.None));
    }

    [Fact]
    public void A_variant_that_does_not_exist_is_named()
    {
        using var provider = Build(("Model:Variant", "int4"));

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IClassifier>());

        Assert.Equal("Model:Variant must be float, int8 or empty. Found: 'int4'.", refused.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void An_empty_variant_is_the_manifests_default(string? variant)
    {
        using var folder = new ModelFolder(new TestModel());
        using var provider = Build(("Model:Directory", folder.Path("")), ("Model:Variant", variant));

        Assert.Equal("float", provider.GetRequiredService<IClassifier>().Model.Variant);
    }

    [Fact]
    public void A_relative_folder_starts_at_the_working_directory() =>
        Assert.Equal(
            Path.Combine(Environment.CurrentDirectory, "models", "ours"),
            new ModelOptions { Directory = "models/ours" }.DirectoryPath
        );

    private static ServiceProvider Build(params (string Name, string? Value)[] settings) =>
        new ServiceCollection()
            .AddSingleton<IConfiguration>(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
                    .Build()
            )
            .AddLogging()
            .AddSettings<LimitsOptions>()
            .AddOnnxClassifier()
            .BuildServiceProvider();
}
