using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Classification;
using GourmetGram.WebApi.Commands;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Feedback;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.Lab;
using GourmetGram.WebApi.Labeling;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebApi.Operations;
using GourmetGram.WebApi.Security;
using GourmetGram.WebUi;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

// Before anything touches ONNX Runtime: it would report home.
OnnxTelemetry.SwitchOff();
NativeMemoryReturn.Early();

try
{
    if (CommandLine.IsCommand(args))
        return await CommandLine.RunAsync(args);
    await using var app = Build(args);
    await app.Services.GetRequiredService<Startup>().PrepareAsync(CancellationToken.None);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (InvalidOperationException e) when (e.Source == "Microsoft.Extensions.Configuration.Binder")
{
    // A text where a setting needs a number or one of a few words; the message names it and the value found.
    await Console.Error.WriteLineAsync($"GourmetGram cannot start. {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    // Asked to stop while it was still starting: nothing was accepted, so nothing is left to finish.
    return 0;
}
catch (CommandException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (Exception e)
    when (e is StartException or OptionsValidationException or ModelException or DataDirectoryException or DatabaseException)
{
    // What the operator can mend is said in a sentence, not in a stack trace.
    await Console.Error.WriteLineAsync($"GourmetGram cannot start. {e.Message}");
    return 1;
}

static WebApplication Build(string[] args)
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.WebHost.UseStaticWebAssets();

    var services = builder.Services;
    services.AddGourmetGram(builder.Configuration);
    services.AddSingleton<Startup>().AddHostedService(container => container.GetRequiredService<Startup>());
    services.AddSingleton<LocalAccess>().AddHostedService(container => container.GetRequiredService<LocalAccess>());

    services.AddHttpContextAccessor();
    services.AddScoped<ILinks, Links>();
    services.AddScoped<ICallerAddress, CallerAddress>();
    services.ConfigureHttpJsonOptions(json => Composition.Configure(json.SerializerOptions));
    // A request that cannot be bound becomes a problem with words, as every other.
    services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    services.AddProblemDetails().AddExceptionHandler<ProblemDetailsExceptionHandler>();
    services.AddPublicAddress();
    services.AddSecurity();
    services.AddCors();
    services
        .AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>()
        .Configure<IOptions<ApiOptions>>(
            (cors, api) =>
                cors.AddDefaultPolicy(policy => policy.WithOrigins([.. api.Value.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod())
        );
    services.AddRequestLimits();
    services.AddConnectionLimits();
    services.AddSingleton<PhotoBatch>();
    services.AddScoped<PhotoZip>();
    services.AddScoped<DatasetFiles>();
    services.AddOpenApiDocument();
    services.AddHealth();
    services.AddPrometheusMetrics();
    services.AddRazorComponents();
    services.AddPageCompression();

    var app = builder.Build();
    app.UsePublicAddress();
    app.UseMiddleware<SecurityHeaders>();
    app.UseResponseCompression();
    app.UseExceptionHandler(
        new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true,
            StatusCodeSelector = ProblemDetailsExceptionHandler.StatusOf,
            AllowStatusCode404Response = true,
            // A forged form is nothing that the operator can mend; what is, the handler of problems logs itself.
            SuppressDiagnosticsCallback = context =>
                context.ExceptionHandledBy == ExceptionHandledType.ExceptionHandlerService
                || context.Exception is ServerBusyException
                || ProblemDetailsExceptionHandler.StatusOf(context.Exception) < StatusCodes.Status500InternalServerError,
        }
    );
    app.UseWhen(
        context => !context.WantsPage(),
        api =>
            api.UseStatusCodePages(context =>
                context.HttpContext.WriteProblemAsync(new ProblemDetails { Status = context.HttpContext.Response.StatusCode })
            )
    );
    app.UseWhen(
        context => context.WantsPage(),
        pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true).UseEmptyErrors()
    );
    app.UseRouting();
    app.UseCors();
    app.UseAuthentication();
    app.UseKnownKeys();
    app.UseMiddleware<VisitorIdentity>();
    app.UseAuthorization();
    // Before antiforgery, which reads the forms of pages.
    app.UseMiddleware<BodyAdmission>();
    app.UseAntiforgery();

    // Endpoints that libraries add for themselves (scripts of the reference page, say) take the group's policy; ours name their own besides.
    var everybody = app.MapGroup("").RequireAuthorization(Policies.Visitor);
    everybody.MapStaticAssets();
    everybody
        .MapRazorComponents<App>()
        .WithMetadata(
            new RequestSizeLimitAttribute(RequestLimits.PageBytes(app.Services.GetRequiredService<IOptions<LimitsOptions>>().Value))
        );
    everybody.MapLab();
    everybody.MapMedia();
    everybody.MapOpenApiDocument();
    everybody.MapHealth();
    var api = app.MapGroup("/api/v1").DisableAntiforgery();
    api.MapPredictions();
    api.MapMediaLinks();
    api.MapFeedback();
    api.MapLoops();
    api.MapTasks();
    api.MapDatasets();
    api.MapJobs();
    api.MapLabelStudio();
    app.MapPrometheusScrapingEndpoint().RequireAuthorization(Policies.Metrics);
    return app;
}
