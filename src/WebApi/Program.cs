using GourmetGram.Application.Access;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.WebApi.Access;
using GourmetGram.WebApi.Classification;
using GourmetGram.WebApi.Commands;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Feedback;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.Lab;
using GourmetGram.WebApi.Labeling;
using GourmetGram.WebApi.Monitoring;
using GourmetGram.WebApi.OpenApi;
using GourmetGram.WebApi.Operations;
using GourmetGram.WebApi.Retraining;
using GourmetGram.WebApi.Security;
using GourmetGram.WebUi;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

// These calls run before ONNX Runtime is loaded, which would otherwise send telemetry.
OnnxTelemetry.SwitchOff();
NativeMemoryReturn.Early();
PrivateFiles.Early();

var phase = new StartPhase();
try
{
    if (CommandLine.IsCommand(args))
        return await CommandLine.RunAsync(args);
    await using var app = Build(args, phase);
    var startup = app.Services.GetRequiredService<Startup>();
    await startup.PrepareAsync(CancellationToken.None);
    try
    {
        await app.StartAsync();
    }
    catch (Exception e) when (e is not OperationCanceledException)
    {
        throw new StartException(Failure.ToListen(e, app.Configuration[WebHostDefaults.ServerUrlsKey]), e);
    }

    phase.End();
    startup.Finish();
    await app.WaitForShutdownAsync();
    return startup.Fault is { } fault ? throw new StartException(fault) : 0;
}
catch (OperationCanceledException)
{
    // The process was asked to stop during the start. No work was accepted, so nothing is left to finish.
    return 0;
}
catch (Exception e) when (e is not HostAbortedException)
{
    await Console.Error.WriteLineAsync(Failure.Describe(e, hasBegun: phase.IsOver || CommandLine.IsCommand(args)));
    return 1;
}

static WebApplication Build(string[] args, StartPhase phase)
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.WebHost.UseStaticWebAssets();
    phase.Silence(builder.Logging);

    var services = builder.Services;
    services.AddGourmetGram(builder.Configuration);
    services.AddSingleton<Startup>().AddHostedService(container => container.GetRequiredService<Startup>());
    services.AddSingleton<LocalAccess>().AddHostedService(container => container.GetRequiredService<LocalAccess>());

    services.AddHttpContextAccessor();
    services.AddScoped<ILinks, Links>();
    services.AddSingleton<ICallerAddress, CallerAddress>();
    services.AddSingleton<IShadow, ShadowAfterAnswer>();
    services.AddSingleton<IAuditedCaller, AuditedHttpCaller>();
    services.ConfigureHttpJsonOptions(json =>
    {
        Composition.Configure(json.SerializerOptions);
        json.SerializerOptions.AllowDuplicateProperties = false;
    });
    // With exceptions, a request that cannot be bound becomes a problem with a message, like every other failure.
    services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    services.AddSingleton<FailureLog>();
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
            // ProblemDetailsExceptionHandler logs failures itself.
            SuppressDiagnosticsCallback = static _ => true,
        }
    );
    app.UseWhen(
        context => !context.WantsPage(),
        api =>
            api.UseStatusCodePages(context =>
                context.HttpContext.WriteProblemAsync(
                    new ProblemDetails { Status = context.HttpContext.Response.StatusCode, Detail = context.HttpContext.RefusalDetail() }
                )
            )
    );
    app.UseWhen(
        context => context.WantsPage(),
        pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true).UseEmptyErrors()
    );
    app.UseRoutingWithHead();
    app.UseCors();
    app.UseAuthentication();
    app.UseKnownKeys();
    app.UseMiddleware<VisitorIdentity>();
    app.UseAuthorization();
    app.UseKeyScopes();
    app.UseMiddleware<RequiredSecondFactor>();
    app.UseMiddleware<ForeignVisits>();
    // These must come before antiforgery, which reads the forms of pages.
    app.UseMiddleware<ReadableBodies>();
    app.UseMiddleware<BodyAdmission>();
    app.Use(FormFileNames.UseAsync);
    app.UseAntiforgery();

    // Endpoints that libraries add (such as the scripts of the reference page) take the group's policy. Our own endpoints also name a
    // policy each.
    var everybody = app.MapGroup("").RequireAuthorization(Policies.Visitor);
    everybody.MapStaticAssets();
    everybody
        .MapRazorComponents<App>()
        .WithMetadata(
            new RequestSizeLimitAttribute(RequestLimits.PageBytes(app.Services.GetRequiredService<IOptions<LimitsOptions>>().Value))
        );
    everybody.MapAuthorities();
    everybody.MapLab();
    everybody.MapMedia();
    everybody.MapOpenApiDocument();
    everybody.MapHealth();
    var api = app.MapGroup("/api/v1").DisableAntiforgery().AddEndpointFilter<BodyLimits>();
    api.MapPredictions();
    api.MapMediaLinks();
    api.MapFeedback();
    api.MapLoops();
    api.MapTasks();
    api.MapKnownAnswers();
    api.MapDatasets();
    api.MapDatasetVersions();
    api.MapMonitoring();
    api.MapAlerts();
    api.MapModels();
    api.MapTrials();
    api.MapTraining();
    api.MapPipeline();
    api.MapJobs();
    api.MapLabelStudio();
    api.MapMe();
    api.MapMyData();
    api.MapUsers();
    api.MapPersonFigures();
    api.MapAudit();
    app.MapPrometheusScrapingEndpoint().WithMetadata(new HttpMethodMetadata([HttpMethods.Get])).RequireAuthorization(Policies.Metrics);
    return app;
}
