using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A server in the test's process whose clock the test sets back or forwards.</summary>
internal sealed class ClockedServer(string data, ShiftedClock clock, params (string Name, string Value)[] settings)
    : WebApplicationFactory<Program>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("GourmetGram:DataDirectory", data);
        builder.UseSetting("Limits:QueueMilliseconds", "60000");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
        builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(clock));
    }
}
