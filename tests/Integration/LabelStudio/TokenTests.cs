using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class LegacyTokenTests : TokenTests;

public sealed class AccessTokenTests : TokenTests
{
    private protected override LabelStudioMode Mode => LabelStudioMode.AccessTokens123;

    [Fact]
    public async Task It_is_renewed_ahead_of_its_end_once_for_all_who_wait()
    {
        await AskAsync(Client);
        Assert.Equal(1, RequestsTo(Refresh));
        Clock!.Advance(TimeSpan.FromSeconds(260));
        await AskAsync(Client);
        Assert.Equal(1, RequestsTo(Refresh));
        // 20 seconds before its end, which is after 300.
        Clock.Advance(TimeSpan.FromSeconds(20));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => AskAsync(Client), Cancel)));
        Assert.Equal(2, RequestsTo(Refresh));
    }

    [Fact]
    public async Task One_that_ended_on_the_way_is_renewed_and_the_request_sent_once_more()
    {
        // Our clock stands still: for us the token is good for ever.
        await RestartAsync(services =>
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new FakeTimeProvider(Clock!.GetUtcNow())))
        );
        await AskAsync(Client);
        Clock!.Advance(TimeSpan.FromSeconds(400));
        await AskAsync(Client);
        Assert.Equal(2, RequestsTo(Refresh));
        Assert.Equal(3, RequestsTo("GET /api/projects"));
    }
}

/// <summary>What we prove ourselves with, of both kinds. Clocks are the test's.</summary>
public abstract class TokenTests : DoubleOnlyTests
{
    protected const string Refresh = "POST /api/token/refresh";

    private protected LabelStudioClient Client => Host.Services.GetRequiredService<LabelStudioClient>();

    public override async ValueTask InitializeAsync()
    {
        Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await base.InitializeAsync();
        await RestartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock)));
    }

    [Fact]
    public async Task One_that_was_taken_back_is_named_and_a_new_one_needs_no_restart()
    {
        await AskAsync(Client);
        LabelStudio.RevokeToken();
        // An access token outlives the token that it came from.
        Clock!.Advance(TimeSpan.FromSeconds(400));
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(() => AskAsync(Client));
        Assert.Contains("LabelStudio:ApiKey", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(LabelStudio.ApiKey, fault.Message, StringComparison.Ordinal);

        // As somebody writes the file of a secret anew: it is read again when we are refused, but not all the time.
        Host.Services.GetRequiredService<IConfiguration>()["LabelStudio:ApiKey"] = LabelStudio.NewToken();
        Clock.Advance(TimeSpan.FromSeconds(6));
        await AskAsync(Client);
    }

    private protected static Task AskAsync(LabelStudioClient client) => client.GetAsync<JsonElement>("api/projects?page_size=1", Cancel);
}
