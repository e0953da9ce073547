namespace GourmetGram.Tests.LabelStudio;

/// <summary>A Label Studio that a test has to itself: the double, or a real one. Lists are in the order of their numbers.</summary>
internal interface ILabelStudioServer : IAsyncDisposable
{
    Uri Address { get; }

    /// <summary>
    /// What an operator puts into the settings of GourmetGram: the administrator's legacy token or personal access token.
    /// </summary>
    string ApiKey { get; }

    /// <summary>Asks as the administrator, whatever kind of token is in use.</summary>
    HttpClient Admin { get; }

    IReadOnlyList<ProjectState> AllProjects { get; }

    IReadOnlyList<StorageState> SourceStorages { get; }

    IReadOnlyList<StorageState> TargetStorages { get; }

    IReadOnlyList<TaskState> AllTasks { get; }

    IReadOnlyList<WebhookState> AllWebhooks { get; }

    /// <summary>Somebody who labels, logged in with a browser.</summary>
    LabelStudioPerson NewPerson(string firstName, string lastName, string email);
}
