using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class FeedbackLoops : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "HeldBackReason",
                table: "UserFeedback",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Origin",
                table: "UserFeedback",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "OutputState",
                table: "UserFeedback",
                type: "text",
                nullable: false,
                defaultValue: "None");

            migrationBuilder.AddColumn<string>(
                name: "SelectionState",
                table: "UserFeedback",
                type: "text",
                nullable: false,
                defaultValue: "Pending");

            migrationBuilder.AddColumn<Guid>(
                name: "WindowId",
                table: "Tombstones",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "SelectionState",
                table: "Predictions",
                type: "text",
                nullable: false,
                defaultValue: "Pending");

            migrationBuilder.AddColumn<Guid>(
                name: "WindowId",
                table: "Predictions",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "AnnotationTasks",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    PhotoSha256 = table.Column<string>(type: "text", nullable: false),
                    PredictionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Place = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    Votes = table.Column<int>(type: "integer", nullable: false),
                    IsBlind = table.Column<bool>(type: "boolean", nullable: false),
                    State = table.Column<string>(type: "text", nullable: false),
                    ClassIndex = table.Column<int>(type: "integer", nullable: true),
                    DecidedAt = table.Column<long>(type: "bigint", nullable: true),
                    LeasedTo = table.Column<string>(type: "text", nullable: true),
                    LeaseUntil = table.Column<long>(type: "bigint", nullable: true),
                    IsOutputDue = table.Column<bool>(type: "boolean", nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false)
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
                name: "CollectedImages",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    PredictionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    Bucket = table.Column<string>(type: "text", nullable: false),
                    ClassIndex = table.Column<int>(type: "integer", nullable: false),
                    Extension = table.Column<string>(type: "text", nullable: false),
                    State = table.Column<string>(type: "text", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CollectedImages", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "FeedbackLoops",
                columns: table => new
                {
                    Name = table.Column<string>(type: "text", nullable: false),
                    IsEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    Bucket = table.Column<string>(type: "text", nullable: false),
                    Surface = table.Column<string>(type: "text", nullable: false),
                    IsBlind = table.Column<bool>(type: "boolean", nullable: false),
                    Votes = table.Column<int>(type: "integer", nullable: false),
                    DailyLimit = table.Column<int>(type: "integer", nullable: false),
                    Settings = table.Column<string>(type: "text", nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FeedbackLoops", x => x.Name);
                });

            migrationBuilder.CreateTable(
                name: "LoopChanges",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    Setting = table.Column<string>(type: "text", nullable: false),
                    From = table.Column<string>(type: "text", nullable: true),
                    To = table.Column<string>(type: "text", nullable: true),
                    By = table.Column<string>(type: "text", nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LoopChanges", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ReadOutputs",
                columns: table => new
                {
                    Key = table.Column<string>(type: "text", nullable: false),
                    Version = table.Column<string>(type: "text", nullable: false),
                    AnnotationId = table.Column<long>(type: "bigint", nullable: true),
                    UpdatedAt = table.Column<long>(type: "bigint", nullable: true),
                    Outcome = table.Column<string>(type: "text", nullable: false),
                    Reason = table.Column<string>(type: "text", nullable: true),
                    ReadAt = table.Column<long>(type: "bigint", nullable: false),
                    IsMoveDue = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ReadOutputs", x => x.Key);
                });

            migrationBuilder.CreateTable(
                name: "SamplingKeys",
                columns: table => new
                {
                    Id = table.Column<string>(type: "text", nullable: false),
                    Secret = table.Column<string>(type: "text", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SamplingKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "SamplingWindows",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    BegunAt = table.Column<long>(type: "bigint", nullable: false),
                    ClosedAt = table.Column<long>(type: "bigint", nullable: true),
                    KeyId = table.Column<string>(type: "text", nullable: false),
                    Population = table.Column<int>(type: "integer", nullable: true),
                    IsForMeasuring = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SamplingWindows", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Selections",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    PredictionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    PhotoSha256 = table.Column<string>(type: "text", nullable: false),
                    Reason = table.Column<string>(type: "text", nullable: false),
                    StrategyVersion = table.Column<int>(type: "integer", nullable: false),
                    Settings = table.Column<string>(type: "text", nullable: false),
                    WindowId = table.Column<Guid>(type: "uuid", nullable: true),
                    Probability = table.Column<double>(type: "double precision", nullable: false),
                    Place = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    HasTask = table.Column<bool>(type: "boolean", nullable: false)
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
                name: "HumanLabels",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    TaskId = table.Column<Guid>(type: "uuid", nullable: false),
                    Person = table.Column<string>(type: "text", nullable: false),
                    Source = table.Column<string>(type: "text", nullable: false),
                    ClassIndex = table.Column<int>(type: "integer", nullable: true),
                    IsBlind = table.Column<bool>(type: "boolean", nullable: false),
                    ShowedAnswer = table.Column<bool>(type: "boolean", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    Took = table.Column<long>(type: "bigint", nullable: true),
                    Note = table.Column<string>(type: "text", nullable: true),
                    ExternalId = table.Column<string>(type: "text", nullable: true),
                    EndedAt = table.Column<long>(type: "bigint", nullable: true),
                    End = table.Column<string>(type: "text", nullable: true)
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

            migrationBuilder.CreateTable(
                name: "WindowDraws",
                columns: table => new
                {
                    WindowId = table.Column<Guid>(type: "uuid", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    Taken = table.Column<int>(type: "integer", nullable: false),
                    Population = table.Column<int>(type: "integer", nullable: false),
                    StrategyVersion = table.Column<int>(type: "integer", nullable: false),
                    Settings = table.Column<string>(type: "text", nullable: false)
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
                name: "IX_UserFeedback_Rater_Kind_CreatedAt",
                table: "UserFeedback",
                columns: new[] { "Rater", "Kind", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_Unconsidered",
                table: "UserFeedback",
                column: "Id",
                filter: "\"SelectionState\" IN ('Pending', 'Released')");

            migrationBuilder.CreateIndex(
                name: "IX_Tombstones_WindowId",
                table: "Tombstones",
                column: "WindowId",
                filter: "\"WindowId\" IS NOT NULL");

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
                name: "IX_AnnotationTasks_DueOutput",
                table: "AnnotationTasks",
                column: "Id",
                filter: "\"IsOutputDue\"");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_Loop_State",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "State" });

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
                filter: "\"State\" = 'Pending'");

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
                name: "IX_LoopChanges_Loop_Id",
                table: "LoopChanges",
                columns: new[] { "Loop", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_SamplingWindows_Unclosed",
                table: "SamplingWindows",
                column: "Id",
                filter: "\"ClosedAt\" IS NULL");

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

            // What was said before there were loops is looked at now.
            migrationBuilder.Sql("UPDATE \"UserFeedback\" SET \"OutputState\" = 'Pending' WHERE \"Kind\" = 'Correction'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CollectedImages");

            migrationBuilder.DropTable(
                name: "FeedbackLoops");

            migrationBuilder.DropTable(
                name: "HumanLabels");

            migrationBuilder.DropTable(
                name: "LoopChanges");

            migrationBuilder.DropTable(
                name: "ReadOutputs");

            migrationBuilder.DropTable(
                name: "SamplingKeys");

            migrationBuilder.DropTable(
                name: "Selections");

            migrationBuilder.DropTable(
                name: "WindowDraws");

            migrationBuilder.DropTable(
                name: "AnnotationTasks");

            migrationBuilder.DropTable(
                name: "SamplingWindows");

            migrationBuilder.DropIndex(
                name: "IX_UserFeedback_HeldBack",
                table: "UserFeedback");

            migrationBuilder.DropIndex(
                name: "IX_UserFeedback_Origin_Kind_CreatedAt",
                table: "UserFeedback");

            migrationBuilder.DropIndex(
                name: "IX_UserFeedback_PendingOutput",
                table: "UserFeedback");

            migrationBuilder.DropIndex(
                name: "IX_UserFeedback_Rater_Kind_CreatedAt",
                table: "UserFeedback");

            migrationBuilder.DropIndex(
                name: "IX_UserFeedback_Unconsidered",
                table: "UserFeedback");

            migrationBuilder.DropIndex(
                name: "IX_Tombstones_WindowId",
                table: "Tombstones");

            migrationBuilder.DropIndex(
                name: "IX_Predictions_Unconsidered",
                table: "Predictions");

            migrationBuilder.DropIndex(
                name: "IX_Predictions_WindowId_Id",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "HeldBackReason",
                table: "UserFeedback");

            migrationBuilder.DropColumn(
                name: "Origin",
                table: "UserFeedback");

            migrationBuilder.DropColumn(
                name: "OutputState",
                table: "UserFeedback");

            migrationBuilder.DropColumn(
                name: "SelectionState",
                table: "UserFeedback");

            migrationBuilder.DropColumn(
                name: "WindowId",
                table: "Tombstones");

            migrationBuilder.DropColumn(
                name: "SelectionState",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "WindowId",
                table: "Predictions");
        }
    }
}
