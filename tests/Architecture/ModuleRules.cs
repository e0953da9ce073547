using GourmetGram.Application;
using GourmetGram.Application.Common;

namespace GourmetGram.Tests.Architecture;

/// <summary>The modules' names stand in every layer; an earlier module never references a later one.</summary>
public sealed class ModuleRules
{
    private const int First = 0;

    private static readonly int Classification = Product.Modules.IndexOf("Classification");

    private static readonly IReadOnlyList<Type> All = Product.TypesOf(Product.Assemblies);

    public static TheoryData<int> EarlierModules => [.. Enumerable.Range(First, Product.Modules.Length - 1)];

    [Theory]
    [MemberData(nameof(EarlierModules))]
    public void A_module_knows_no_later_module(int module) => Rule.HasNoOffence(DirectionOffences(TypesOf(module), module, All));

    [Fact]
    public void The_modules_that_exist_are_seen()
    {
        foreach (var assembly in new[] { Product.Domain, Product.Application })
        {
            Assert.Contains(TypesOf(First), type => type.Assembly == assembly);
            Assert.Contains(LaterNamespaces(First, All), name => name == $"{assembly.GetName().Name}.Feedback");
        }
    }

    /// <summary>
    /// An adapter, and so a read model, belongs to the module whose port it implements; of several, to the latest. An adapter in a folder
    /// that is named after a later module belongs to that module.
    /// </summary>
    [Fact]
    public void An_adapter_knows_no_later_module_than_that_of_its_port_or_folder()
    {
        var adapters = All.Where(type => type.Assembly == Product.Infrastructure && type is { IsClass: true, IsAbstract: false })
            .GroupBy(type =>
                type.GetInterfaces().Where(port => port.Assembly == Product.Application).Select(ModuleOf).Append(ModuleOf(type)).Max()
            )
            .Where(group => group.Key >= First)
            .ToList();
        Assert.NotEmpty(adapters);
        Rule.HasNoOffence(adapters.SelectMany(group => DirectionOffences([.. group], group.Key, All)));
    }

    /// <summary>
    /// A page shows data of several modules, and a command drives several, so they stand in folders of their own. Each names the latest
    /// module that it may know.
    /// </summary>
    [Theory]
    [InlineData("WebUi.Pages", "ClassifyPage", "Feedback")]
    [InlineData("WebUi.Pages", "PhotoPage", "Retraining")]
    [InlineData("WebUi.Pages", "PhotosPage", "Feedback")]
    [InlineData("WebUi.Pages", "ErasePhotoPage", "Classification")]
    [InlineData("WebUi.Pages", "EraseAllPhotosPage", "Classification")]
    [InlineData("WebUi.Pages", "PrivacyPage", "Classification")]
    [InlineData("WebUi.Pages", "JobsPage", "Access")]
    [InlineData("WebUi.Pages", "AccountPage", "Access")]
    [InlineData("WebUi.Pages", "AuditPage", "Access")]
    [InlineData("WebUi.Pages", "PeoplePage", "Access")]
    [InlineData("WebUi.Pages", "ErrorPage", "Access")]
    [InlineData("WebUi.Pages", "NotAllowedPage", "Access")]
    [InlineData("WebUi.Pages", "NotFoundPage", "Access")]
    [InlineData("WebUi.Pages", "ReviewPage", "Labeling")]
    [InlineData("WebUi.Pages", "ReviewsPage", "Labeling")]
    [InlineData("WebUi.Pages", "ReviewDonePage", "Labeling")]
    [InlineData("WebUi.Pages", "DisputesPage", "Labeling")]
    [InlineData("WebUi.Pages", "DatasetsPage", "Labeling")]
    [InlineData("WebUi.Pages", "LoopsPage", "Labeling")]
    [InlineData("WebApi.Commands", "UsersCommand", "Access")]
    [InlineData("WebApi.Commands", "JobsCommand", "Access")]
    [InlineData("WebApi.Commands", "ClassifyCommand", "Classification")]
    [InlineData("WebApi.Commands", "MediaKeysCommand", "Classification")]
    [InlineData("WebApi.Commands", "ImportCommand", "Feedback")]
    [InlineData("WebApi.Commands", "DoctorCommand", "Labeling")]
    [InlineData("WebApi.Commands", "StorageCommand", "Labeling")]
    public void A_page_or_command_knows_no_later_module_than_it_is_about(string folder, string name, string module)
    {
        var type = Assert.Single(All, type => type.FullName == $"GourmetGram.{folder}.{name}");
        Rule.HasNoOffence(DirectionOffences([type], Product.Modules.IndexOf(module), All));
    }

    /// <summary>Those that are missing above are about the latest module, and may know all.</summary>
    [Fact]
    public void Only_what_is_about_accuracy_may_know_every_module()
    {
        string[] latest =
        [
            "AccuracyPage",
            "AccuracyPhotosPage",
            "AlertsPage",
            "AnnotatorsPage",
            "HomePage",
            "LabelErrorsPage",
            "PersonPage",
            "AccuracyCommand",
            "ModelCommand",
            "PipelineCommand",
            "TrainCommand",
            "DatasetCommand",
            "DatasetVersionPage",
            "DatasetVersionsPage",
            "ModelPage",
            "ModelsPage",
            "PipelinePage",
            "TrainingPage",
        ];
        var named = typeof(ModuleRules)
            .GetMethod(nameof(A_page_or_command_knows_no_later_module_than_it_is_about))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Cast<InlineDataAttribute>()
            .Select(row => (string)row.Data[1]!);
        var found = All.Where(type =>
                type is { IsNested: false, Namespace: "GourmetGram.WebUi.Pages" or "GourmetGram.WebApi.Commands" }
                && (type.Name.EndsWith("Page", StringComparison.Ordinal) || type.Name.EndsWith("Command", StringComparison.Ordinal))
            )
            .Select(type => type.Name);
        Assert.Equal(named.Concat(latest).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_lab_s_routes_know_no_labels()
    {
        var routes = All.Where(type => Product.IsIn(type, "GourmetGram.WebApi.Lab")).ToList();
        Assert.NotEmpty(routes);
        Rule.HasNoOffence(DirectionOffences(routes, Product.Modules.IndexOf("Feedback"), All));
    }

    [Fact]
    public void What_all_use_cases_share_knows_callers_and_predictions_at_most()
    {
        var shared = All.Where(type => Product.IsIn(type, typeof(IRepository<>).Namespace)).ToList();
        Assert.NotEmpty(shared);
        Rule.HasNoOffence(DirectionOffences(shared, Classification, All));
    }

    [Fact]
    public void An_earlier_module_that_knows_a_later_one_is_caught()
    {
        var types = Product.Samples("Domain");
        var earlier = types.Where(type => ModuleOf(type) == Classification).ToList();
        Rule.Catches(
            DirectionOffences(earlier, Classification, types),
            typeof(Samples.Domain.Classification.KnowsLaterInAsyncLambda).FullName!,
            typeof(Samples.Domain.Classification.KnowsLaterInBody).FullName!,
            typeof(Samples.Domain.Classification.KnowsLaterInGenericArgument).FullName!,
            typeof(Samples.Domain.Classification.KnowsLaterInSignature).FullName!
        );
    }

    [Fact]
    public void Domain_has_no_folders_but_modules() =>
        Rule.HasNoOffence(FolderOffences(Product.TypesOf(Product.Domain), Product.Domain.GetName().Name!, Product.Modules));

    [Fact]
    public void Application_has_no_folders_but_modules_and_what_they_share()
    {
        var shared = typeof(IRepository<>).Namespace!.Split('.')[^1];
        var types = Product.TypesOf(Product.Application).Where(type => type != typeof(DependencyInjection));
        Rule.HasNoOffence(FolderOffences(types, Product.Application.GetName().Name!, [.. Product.Modules, shared]));
    }

    [Fact]
    public void A_folder_that_is_no_module_is_caught() =>
        Rule.Catches(
            FolderOffences(Product.Samples("Domain"), typeof(Samples.Domain.AtTheRoot).Namespace!, Product.Modules),
            typeof(Samples.Domain.AtTheRoot).FullName!,
            typeof(Samples.Domain.Classifications.InAFolderOfAlmostThatName).FullName!
        );

    private static List<Type> TypesOf(int module) => [.. All.Where(type => ModuleOf(type) == module)];

    /// <summary>Place of a type's module among the modules, by the first part of its namespace that names one; -1 for none.</summary>
    private static int ModuleOf(Type type) =>
        (type.Namespace ?? "").Split('.').Select(part => Product.Modules.IndexOf(part)).FirstOrDefault(module => module >= 0, -1);

    private static List<string> LaterNamespaces(int module, IEnumerable<Type> all) =>
        [.. all.Where(type => ModuleOf(type) > module).Select(type => type.Namespace!).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> DirectionOffences(IReadOnlyCollection<Type> earlier, int module, IEnumerable<Type> all)
    {
        var later = LaterNamespaces(module, all);
        // One pass over the assemblies says whether there is any offence; only then is each namespace looked for.
        return later.Count == 0 || !earlier.ThatDependOn([.. later]).Any() ? [] : DirectionOffences(earlier, module, later);
    }

    private static IEnumerable<string> DirectionOffences(IReadOnlyCollection<Type> earlier, int module, List<string> namespaces) =>
        from later in namespaces
        from type in earlier.ThatDependOn(later)
        select $"{type.FullName} knows {later}: let {Product.Modules[module]} define a port that the later module implements";

    private static IEnumerable<string> FolderOffences(IEnumerable<Type> types, string root, IEnumerable<string> folders) =>
        from type in types
        where !folders.Any(folder => Product.IsIn(type, $"{root}.{folder}"))
        select $"{type.FullName} stands in none of {root}.({string.Join(" | ", folders)})";
}
