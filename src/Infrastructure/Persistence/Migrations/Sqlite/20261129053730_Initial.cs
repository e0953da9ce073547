using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AnnotationProjects",
                columns: table => new
                {
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    IsAdopted = table.Column<bool>(type: "INTEGER", nullable: false),
                    ShowsAnswer = table.Column<bool>(type: "INTEGER", nullable: false),
                    WebhookSecret = table.Column<string>(type: "TEXT", nullable: false),
                    HeardAt = table.Column<long>(type: "INTEGER", nullable: true),
                    SyncedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    SyncFault = table.Column<string>(type: "TEXT", nullable: true),
                    ScannedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    SeenTo = table.Column<long>(type: "INTEGER", nullable: true),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false),
                    Parts_PicturesId = table.Column<long>(type: "INTEGER", nullable: true),
                    Parts_ProjectId = table.Column<long>(type: "INTEGER", nullable: false),
                    Parts_ProjectMadeAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Parts_SourceId = table.Column<long>(type: "INTEGER", nullable: false),
                    Parts_TargetId = table.Column<long>(type: "INTEGER", nullable: false),
                    Parts_WebhookId = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AnnotationProjects", x => x.Loop);
                });

            migrationBuilder.CreateTable(
                name: "Annotators",
                columns: table => new
                {
                    Person = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Annotators", x => x.Person);
                });

            migrationBuilder.CreateTable(
                name: "AspNetRoles",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    NormalizedName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    ConcurrencyStamp = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetRoles", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUsers",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    UserName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    NormalizedUserName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    Email = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    NormalizedEmail = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    EmailConfirmed = table.Column<bool>(type: "INTEGER", nullable: false),
                    PasswordHash = table.Column<string>(type: "TEXT", nullable: true),
                    SecurityStamp = table.Column<string>(type: "TEXT", nullable: true),
                    ConcurrencyStamp = table.Column<string>(type: "TEXT", nullable: true),
                    PhoneNumber = table.Column<string>(type: "TEXT", nullable: true),
                    PhoneNumberConfirmed = table.Column<bool>(type: "INTEGER", nullable: false),
                    TwoFactorEnabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    LockoutEnd = table.Column<long>(type: "INTEGER", nullable: true),
                    LockoutEnabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    AccessFailedCount = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUsers", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "CollectedImages",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    Bucket = table.Column<string>(type: "TEXT", nullable: false),
                    ClassIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    Extension = table.Column<string>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CollectedImages", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DataProtectionKeys",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    FriendlyName = table.Column<string>(type: "TEXT", nullable: true),
                    Xml = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DataProtectionKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "FeedbackLoops",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    IsEnabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    Bucket = table.Column<string>(type: "TEXT", nullable: false),
                    Surface = table.Column<string>(type: "TEXT", nullable: false),
                    IsBlind = table.Column<bool>(type: "INTEGER", nullable: false),
                    Votes = table.Column<int>(type: "INTEGER", nullable: false),
                    DailyLimit = table.Column<int>(type: "INTEGER", nullable: false),
                    Settings = table.Column<string>(type: "TEXT", nullable: false),
                    IsChangeDue = table.Column<bool>(type: "INTEGER", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FeedbackLoops", x => x.Name);
                });

            migrationBuilder.CreateTable(
                name: "IdempotencyRecords",
                columns: table => new
                {
                    Scope = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    UploadSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_IdempotencyRecords", x => new { x.Scope, x.Key });
                });

            migrationBuilder.CreateTable(
                name: "Installation",
                columns: table => new
                {
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    JoinedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Installation", x => x.Number);
                });

            migrationBuilder.CreateTable(
                name: "JobRuns",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Job = table.Column<string>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    DueAt = table.Column<long>(type: "INTEGER", nullable: true),
                    RequestedBy = table.Column<string>(type: "TEXT", nullable: true),
                    Attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    QueuedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Node = table.Column<Guid>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    CancelRequested = table.Column<bool>(type: "INTEGER", nullable: false),
                    Done = table.Column<long>(type: "INTEGER", nullable: false),
                    Total = table.Column<long>(type: "INTEGER", nullable: true),
                    Counts = table.Column<string>(type: "TEXT", nullable: false),
                    Error = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobRuns", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "JobSchedules",
                columns: table => new
                {
                    Job = table.Column<string>(type: "TEXT", nullable: false),
                    Cron = table.Column<string>(type: "TEXT", nullable: false),
                    IsPaused = table.Column<bool>(type: "INTEGER", nullable: false),
                    ChangedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ChangedBy = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobSchedules", x => x.Job);
                });

            migrationBuilder.CreateTable(
                name: "LoopChanges",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    Setting = table.Column<string>(type: "TEXT", nullable: false),
                    From = table.Column<string>(type: "TEXT", nullable: true),
                    To = table.Column<string>(type: "TEXT", nullable: true),
                    By = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LoopChanges", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "MediaKeys",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    Secret = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Slot = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    RetiredAt = table.Column<long>(type: "INTEGER", nullable: true),
                    RevokedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MediaKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ModelVersions",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<string>(type: "TEXT", nullable: false),
                    Variant = table.Column<string>(type: "TEXT", nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Temperature = table.Column<double>(type: "REAL", nullable: false),
                    Labels = table.Column<string>(type: "TEXT", nullable: false),
                    FirstSeenAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ModelVersions", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ReadOutputs",
                columns: table => new
                {
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<string>(type: "TEXT", nullable: false),
                    AnnotationId = table.Column<long>(type: "INTEGER", nullable: true),
                    UpdatedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Outcome = table.Column<string>(type: "TEXT", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: true),
                    Awaits = table.Column<string>(type: "TEXT", nullable: true),
                    ReadAt = table.Column<long>(type: "INTEGER", nullable: false),
                    IsMoveDue = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ReadOutputs", x => x.Key);
                });

            migrationBuilder.CreateTable(
                name: "SamplingKeys",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    Secret = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SamplingKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "SamplingWindows",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    BegunAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ClosedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    KeyId = table.Column<string>(type: "TEXT", nullable: false),
                    Population = table.Column<int>(type: "INTEGER", nullable: true),
                    IsForMeasuring = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SamplingWindows", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "TaskRecalls",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    DoneAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TaskRecalls", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Tombstones",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: true),
                    ErasedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ObjectKey = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tombstones", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Turns",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Holder = table.Column<Guid>(type: "TEXT", nullable: true),
                    Until = table.Column<long>(type: "INTEGER", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Turns", x => x.Name);
                });

            migrationBuilder.CreateTable(
                name: "AspNetRoleClaims",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    RoleId = table.Column<Guid>(type: "TEXT", nullable: false),
                    ClaimType = table.Column<string>(type: "TEXT", nullable: true),
                    ClaimValue = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetRoleClaims", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AspNetRoleClaims_AspNetRoles_RoleId",
                        column: x => x.RoleId,
                        principalTable: "AspNetRoles",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserClaims",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    UserId = table.Column<Guid>(type: "TEXT", nullable: false),
                    ClaimType = table.Column<string>(type: "TEXT", nullable: true),
                    ClaimValue = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserClaims", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AspNetUserClaims_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserLogins",
                columns: table => new
                {
                    LoginProvider = table.Column<string>(type: "TEXT", nullable: false),
                    ProviderKey = table.Column<string>(type: "TEXT", nullable: false),
                    ProviderDisplayName = table.Column<string>(type: "TEXT", nullable: true),
                    UserId = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserLogins", x => new { x.LoginProvider, x.ProviderKey });
                    table.ForeignKey(
                        name: "FK_AspNetUserLogins_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserRoles",
                columns: table => new
                {
                    UserId = table.Column<Guid>(type: "TEXT", nullable: false),
                    RoleId = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserRoles", x => new { x.UserId, x.RoleId });
                    table.ForeignKey(
                        name: "FK_AspNetUserRoles_AspNetRoles_RoleId",
                        column: x => x.RoleId,
                        principalTable: "AspNetRoles",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_AspNetUserRoles_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserTokens",
                columns: table => new
                {
                    UserId = table.Column<Guid>(type: "TEXT", nullable: false),
                    LoginProvider = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserTokens", x => new { x.UserId, x.LoginProvider, x.Name });
                    table.ForeignKey(
                        name: "FK_AspNetUserTokens_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Predictions",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Maker = table.Column<string>(type: "TEXT", nullable: false),
                    Probabilities = table.Column<byte[]>(type: "BLOB", nullable: false),
                    PredictedIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    Confidence = table.Column<float>(type: "REAL", nullable: false),
                    ModelVersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    DecodeTime = table.Column<long>(type: "INTEGER", nullable: false),
                    InferenceTime = table.Column<long>(type: "INTEGER", nullable: false),
                    ImageState = table.Column<string>(type: "TEXT", nullable: false),
                    TagsState = table.Column<string>(type: "TEXT", nullable: false),
                    TagsRefusal = table.Column<string>(type: "TEXT", nullable: true),
                    SelectionState = table.Column<string>(type: "TEXT", nullable: false),
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false),
                    Photo_Extension = table.Column<string>(type: "TEXT", nullable: false),
                    Photo_FileName = table.Column<string>(type: "TEXT", nullable: true),
                    Photo_Height = table.Column<int>(type: "INTEGER", nullable: false),
                    Photo_MediaType = table.Column<string>(type: "TEXT", nullable: false),
                    Photo_StoredBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    Photo_StoredSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Photo_UploadSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Photo_Width = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Predictions", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Predictions_ModelVersions_ModelVersionId",
                        column: x => x.ModelVersionId,
                        principalTable: "ModelVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "WindowDraws",
                columns: table => new
                {
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    Taken = table.Column<int>(type: "INTEGER", nullable: false),
                    Population = table.Column<int>(type: "INTEGER", nullable: false),
                    StrategyVersion = table.Column<int>(type: "INTEGER", nullable: false),
                    Settings = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WindowDraws", x => new { x.WindowId, x.Loop });
                    table.ForeignKey(
                        name: "FK_WindowDraws_SamplingWindows_WindowId",
                        column: x => x.WindowId,
                        principalTable: "SamplingWindows",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "AnnotationTasks",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    PhotoSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Place = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Votes = table.Column<int>(type: "INTEGER", nullable: false),
                    IsBlind = table.Column<bool>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    AnswerKind = table.Column<string>(type: "TEXT", nullable: true),
                    ClassIndex = table.Column<int>(type: "INTEGER", nullable: true),
                    IsTied = table.Column<bool>(type: "INTEGER", nullable: false),
                    DecidedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    LeasedTo = table.Column<string>(type: "TEXT", nullable: true),
                    LeaseUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    IsOutputDue = table.Column<bool>(type: "INTEGER", nullable: false),
                    HasObject = table.Column<bool>(type: "INTEGER", nullable: false),
                    IsOnPlatform = table.Column<bool>(type: "INTEGER", nullable: false),
                    IsRecallDue = table.Column<bool>(type: "INTEGER", nullable: false),
                    IsUnwanted = table.Column<bool>(type: "INTEGER", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AnnotationTasks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AnnotationTasks_Predictions_PredictionId",
                        column: x => x.PredictionId,
                        principalTable: "Predictions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SeenAnswers",
                columns: table => new
                {
                    Person = table.Column<string>(type: "TEXT", nullable: false),
                    PhotoSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    SeenAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SeenAnswers", x => new { x.Person, x.PhotoSha256 });
                    table.ForeignKey(
                        name: "FK_SeenAnswers_Predictions_PredictionId",
                        column: x => x.PredictionId,
                        principalTable: "Predictions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Selections",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    PhotoSha256 = table.Column<string>(type: "TEXT", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: false),
                    StrategyVersion = table.Column<int>(type: "INTEGER", nullable: false),
                    Settings = table.Column<string>(type: "TEXT", nullable: false),
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Probability = table.Column<double>(type: "REAL", nullable: true),
                    Place = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    HasTask = table.Column<bool>(type: "INTEGER", nullable: false),
                    WithdrawnAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Selections", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Selections_Predictions_PredictionId",
                        column: x => x.PredictionId,
                        principalTable: "Predictions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "UserFeedback",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    Topic = table.Column<string>(type: "TEXT", nullable: false),
                    ClassIndex = table.Column<int>(type: "INTEGER", nullable: true),
                    Rater = table.Column<string>(type: "TEXT", nullable: false),
                    Source = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    End = table.Column<string>(type: "TEXT", nullable: true),
                    Origin = table.Column<long>(type: "INTEGER", nullable: true),
                    SelectionState = table.Column<string>(type: "TEXT", nullable: false),
                    HeldBackReason = table.Column<string>(type: "TEXT", nullable: true),
                    OutputState = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UserFeedback", x => x.Id);
                    table.ForeignKey(
                        name: "FK_UserFeedback_Predictions_PredictionId",
                        column: x => x.PredictionId,
                        principalTable: "Predictions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "WaitingCandidates",
                columns: table => new
                {
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Priority = table.Column<double>(type: "REAL", nullable: false),
                    PredictedIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    Uploader = table.Column<string>(type: "TEXT", nullable: false),
                    Since = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WaitingCandidates", x => new { x.Loop, x.PredictionId });
                    table.ForeignKey(
                        name: "FK_WaitingCandidates_Predictions_PredictionId",
                        column: x => x.PredictionId,
                        principalTable: "Predictions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "HumanLabels",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    TaskId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Person = table.Column<string>(type: "TEXT", nullable: false),
                    Source = table.Column<string>(type: "TEXT", nullable: false),
                    AnswerKind = table.Column<string>(type: "TEXT", nullable: true),
                    ClassIndex = table.Column<int>(type: "INTEGER", nullable: true),
                    IsBlind = table.Column<bool>(type: "INTEGER", nullable: false),
                    ShowedAnswer = table.Column<bool>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Took = table.Column<long>(type: "INTEGER", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    ExternalId = table.Column<string>(type: "TEXT", nullable: true),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    End = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_HumanLabels", x => x.Id);
                    table.ForeignKey(
                        name: "FK_HumanLabels_AnnotationTasks_TaskId",
                        column: x => x.TaskId,
                        principalTable: "AnnotationTasks",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_DueOutput",
                table: "AnnotationTasks",
                column: "Id",
                filter: "\"IsOutputDue\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_LeasedTo",
                table: "AnnotationTasks",
                column: "LeasedTo",
                filter: "\"LeasedTo\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_Loop_State",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_OnPlatform",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "Id" },
                filter: "\"IsOnPlatform\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_Open",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "Place" },
                filter: "\"State\" IN ('Created', 'Published')");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_PhotoSha256_Loop",
                table: "AnnotationTasks",
                columns: new[] { "PhotoSha256", "Loop" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_PredictionId",
                table: "AnnotationTasks",
                column: "PredictionId");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_Tied",
                table: "AnnotationTasks",
                column: "Id",
                filter: "\"IsTied\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_ToRecall",
                table: "AnnotationTasks",
                column: "Id",
                filter: "\"IsRecallDue\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_WithObject",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "Id" },
                filter: "\"HasObject\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_WithoutClass",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "AnswerKind", "Id" },
                filter: "\"AnswerKind\" IN ('None', 'Unusable')");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetRoleClaims_RoleId",
                table: "AspNetRoleClaims",
                column: "RoleId");

            migrationBuilder.CreateIndex(
                name: "RoleNameIndex",
                table: "AspNetRoles",
                column: "NormalizedName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserClaims_UserId",
                table: "AspNetUserClaims",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserLogins_UserId",
                table: "AspNetUserLogins",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserRoles_RoleId",
                table: "AspNetUserRoles",
                column: "RoleId");

            migrationBuilder.CreateIndex(
                name: "EmailIndex",
                table: "AspNetUsers",
                column: "NormalizedEmail");

            migrationBuilder.CreateIndex(
                name: "UserNameIndex",
                table: "AspNetUsers",
                column: "NormalizedUserName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CollectedImages_Dataset",
                table: "CollectedImages",
                columns: new[] { "Bucket", "ClassIndex", "Id" },
                filter: "\"State\" = 'Copied'");

            migrationBuilder.CreateIndex(
                name: "IX_CollectedImages_Newest",
                table: "CollectedImages",
                columns: new[] { "Bucket", "Id" },
                filter: "\"State\" = 'Copied'");

            migrationBuilder.CreateIndex(
                name: "IX_CollectedImages_PredictionId",
                table: "CollectedImages",
                column: "PredictionId");

            migrationBuilder.CreateIndex(
                name: "IX_CollectedImages_ToCopy",
                table: "CollectedImages",
                column: "Id",
                filter: "\"State\" IN ('Pending', 'Missing')");

            migrationBuilder.CreateIndex(
                name: "IX_CollectedImages_ToRemove",
                table: "CollectedImages",
                column: "Id",
                filter: "\"State\" = 'Superseded'");

            migrationBuilder.CreateIndex(
                name: "IX_HumanLabels_Person_Id",
                table: "HumanLabels",
                columns: new[] { "Person", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_HumanLabels_TaskId",
                table: "HumanLabels",
                column: "TaskId");

            migrationBuilder.CreateIndex(
                name: "IX_IdempotencyRecords_PredictionId",
                table: "IdempotencyRecords",
                column: "PredictionId");

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_Job_DueAt_Attempt",
                table: "JobRuns",
                columns: new[] { "Job", "DueAt", "Attempt" },
                unique: true,
                filter: "\"DueAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_Job_Id",
                table: "JobRuns",
                columns: new[] { "Job", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_Queued",
                table: "JobRuns",
                column: "Job",
                filter: "\"State\" = 'Queued'");

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_Running",
                table: "JobRuns",
                column: "Job",
                unique: true,
                filter: "\"State\" = 'Running'");

            migrationBuilder.CreateIndex(
                name: "IX_LoopChanges_Loop_Id",
                table: "LoopChanges",
                columns: new[] { "Loop", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_MediaKeys_Slot",
                table: "MediaKeys",
                column: "Slot",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ModelVersions_Sha256_Name_Version_Variant_Temperature",
                table: "ModelVersions",
                columns: new[] { "Sha256", "Name", "Version", "Variant", "Temperature" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_DirtyTags",
                table: "Predictions",
                column: "Id",
                filter: "\"TagsState\" = 'Dirty'");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_Maker_Id",
                table: "Predictions",
                columns: new[] { "Maker", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_Maker_PredictedIndex_Id",
                table: "Predictions",
                columns: new[] { "Maker", "PredictedIndex", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_ModelVersionId",
                table: "Predictions",
                column: "ModelVersionId");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_NotStored",
                table: "Predictions",
                column: "Id",
                filter: "\"ImageState\" <> 'Stored'");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_RefusedTags",
                table: "Predictions",
                column: "Id",
                filter: "\"TagsState\" = 'Refused'");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_Unconsidered",
                table: "Predictions",
                column: "Id",
                filter: "\"SelectionState\" = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_WindowId_Id",
                table: "Predictions",
                columns: new[] { "WindowId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_ReadOutputs_ToMove",
                table: "ReadOutputs",
                column: "Key",
                filter: "\"IsMoveDue\"");

            migrationBuilder.CreateIndex(
                name: "IX_SamplingWindows_Unclosed",
                table: "SamplingWindows",
                column: "Id",
                filter: "\"ClosedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_SeenAnswers_PredictionId",
                table: "SeenAnswers",
                column: "PredictionId");

            migrationBuilder.CreateIndex(
                name: "IX_Selections_Loop_CreatedAt",
                table: "Selections",
                columns: new[] { "Loop", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Selections_Loop_Id",
                table: "Selections",
                columns: new[] { "Loop", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Selections_PhotoSha256_Loop",
                table: "Selections",
                columns: new[] { "PhotoSha256", "Loop" });

            migrationBuilder.CreateIndex(
                name: "IX_Selections_PredictionId_Loop",
                table: "Selections",
                columns: new[] { "PredictionId", "Loop" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Selections_WindowId",
                table: "Selections",
                column: "WindowId",
                filter: "\"WindowId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Selections_WithoutTask",
                table: "Selections",
                column: "Id",
                filter: "NOT \"HasTask\"");

            migrationBuilder.CreateIndex(
                name: "IX_TaskRecalls_Loop_Id",
                table: "TaskRecalls",
                columns: new[] { "Loop", "Id" },
                filter: "\"DoneAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Tombstones_Unfinished",
                table: "Tombstones",
                column: "Id",
                filter: "\"ObjectKey\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Tombstones_WindowId",
                table: "Tombstones",
                column: "WindowId",
                filter: "\"WindowId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_HeldBack",
                table: "UserFeedback",
                column: "Id",
                filter: "\"SelectionState\" = 'HeldBack'");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_Origin_Kind_CreatedAt",
                table: "UserFeedback",
                columns: new[] { "Origin", "Kind", "CreatedAt" },
                filter: "\"Origin\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_PendingOutput",
                table: "UserFeedback",
                column: "Id",
                filter: "\"OutputState\" = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_PredictionId",
                table: "UserFeedback",
                column: "PredictionId");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_PredictionId_Rater_Topic",
                table: "UserFeedback",
                columns: new[] { "PredictionId", "Rater", "Topic" },
                unique: true,
                filter: "\"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_Rater_Kind_CreatedAt",
                table: "UserFeedback",
                columns: new[] { "Rater", "Kind", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_Rater_Kind_PredictionId",
                table: "UserFeedback",
                columns: new[] { "Rater", "Kind", "PredictionId" },
                filter: "\"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_Unconsidered",
                table: "UserFeedback",
                column: "Id",
                filter: "\"SelectionState\" IN ('Pending', 'Released')");

            migrationBuilder.CreateIndex(
                name: "IX_WaitingCandidates_Loop_Priority_PredictionId",
                table: "WaitingCandidates",
                columns: new[] { "Loop", "Priority", "PredictionId" });

            migrationBuilder.CreateIndex(
                name: "IX_WaitingCandidates_PredictionId",
                table: "WaitingCandidates",
                column: "PredictionId");

            // By hand: the model cannot index a column of a complex property.
            migrationBuilder.CreateIndex(name: "IX_Predictions_UploadSha256", table: "Predictions", column: "Photo_UploadSha256");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AnnotationProjects");

            migrationBuilder.DropTable(
                name: "Annotators");

            migrationBuilder.DropTable(
                name: "AspNetRoleClaims");

            migrationBuilder.DropTable(
                name: "AspNetUserClaims");

            migrationBuilder.DropTable(
                name: "AspNetUserLogins");

            migrationBuilder.DropTable(
                name: "AspNetUserRoles");

            migrationBuilder.DropTable(
                name: "AspNetUserTokens");

            migrationBuilder.DropTable(
                name: "CollectedImages");

            migrationBuilder.DropTable(
                name: "DataProtectionKeys");

            migrationBuilder.DropTable(
                name: "FeedbackLoops");

            migrationBuilder.DropTable(
                name: "HumanLabels");

            migrationBuilder.DropTable(
                name: "IdempotencyRecords");

            migrationBuilder.DropTable(
                name: "Installation");

            migrationBuilder.DropTable(
                name: "JobRuns");

            migrationBuilder.DropTable(
                name: "JobSchedules");

            migrationBuilder.DropTable(
                name: "LoopChanges");

            migrationBuilder.DropTable(
                name: "MediaKeys");

            migrationBuilder.DropTable(
                name: "ReadOutputs");

            migrationBuilder.DropTable(
                name: "SamplingKeys");

            migrationBuilder.DropTable(
                name: "SeenAnswers");

            migrationBuilder.DropTable(
                name: "Selections");

            migrationBuilder.DropTable(
                name: "TaskRecalls");

            migrationBuilder.DropTable(
                name: "Tombstones");

            migrationBuilder.DropTable(
                name: "Turns");

            migrationBuilder.DropTable(
                name: "UserFeedback");

            migrationBuilder.DropTable(
                name: "WaitingCandidates");

            migrationBuilder.DropTable(
                name: "WindowDraws");

            migrationBuilder.DropTable(
                name: "AspNetRoles");

            migrationBuilder.DropTable(
                name: "AspNetUsers");

            migrationBuilder.DropTable(
                name: "AnnotationTasks");

            migrationBuilder.DropTable(
                name: "SamplingWindows");

            migrationBuilder.DropTable(
                name: "Predictions");

            migrationBuilder.DropTable(
                name: "ModelVersions");
        }
    }
}
