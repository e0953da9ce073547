using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Accuracy : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "WindowCell",
                table: "Tombstones",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "DrawId",
                table: "Selections",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LastPhotoAt",
                table: "SamplingWindows",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "ModelVersionId",
                table: "SamplingWindows",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Tags",
                table: "Predictions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "WindowCell",
                table: "Predictions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "BlindAnswerKind",
                table: "AnnotationTasks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "BlindClassIndex",
                table: "AnnotationTasks",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsAskedAgain",
                table: "AnnotationTasks",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "AccuracySnapshots",
                columns: table => new
                {
                    Day = table.Column<int>(type: "INTEGER", nullable: false),
                    From = table.Column<int>(type: "INTEGER", nullable: false),
                    To = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    Estimate = table.Column<double>(type: "REAL", nullable: true),
                    Low = table.Column<double>(type: "REAL", nullable: true),
                    High = table.Column<double>(type: "REAL", nullable: true),
                    EffectiveLabels = table.Column<double>(type: "REAL", nullable: true),
                    Labels = table.Column<int>(type: "INTEGER", nullable: false),
                    Photos = table.Column<int>(type: "INTEGER", nullable: false),
                    MeasuredPhotos = table.Column<int>(type: "INTEGER", nullable: false),
                    AsOf = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccuracySnapshots", x => x.Day);
                });

            migrationBuilder.CreateTable(
                name: "AlertChanges",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Rule = table.Column<string>(type: "TEXT", nullable: false),
                    From = table.Column<string>(type: "TEXT", nullable: false),
                    To = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AlertChanges", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Rule = table.Column<string>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    Since = table.Column<long>(type: "INTEGER", nullable: false),
                    CheckedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: false),
                    WasBelow = table.Column<bool>(type: "INTEGER", nullable: false),
                    WasGood = table.Column<bool>(type: "INTEGER", nullable: false),
                    ModelVersionId = table.Column<Guid>(type: "TEXT", nullable: true),
                    LabelsLooked = table.Column<int>(type: "INTEGER", nullable: false),
                    DifferenceEstimate = table.Column<double>(type: "REAL", nullable: true),
                    DifferenceLow = table.Column<double>(type: "REAL", nullable: true),
                    DifferenceHigh = table.Column<double>(type: "REAL", nullable: true),
                    AcknowledgedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    AcknowledgedBy = table.Column<string>(type: "TEXT", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Alerts", x => x.Rule);
                });

            migrationBuilder.CreateTable(
                name: "ErasedDraws",
                columns: table => new
                {
                    PredictionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: false),
                    DrawId = table.Column<Guid>(type: "TEXT", nullable: true),
                    Cell = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ErasedDraws", x => new { x.WindowId, x.PredictionId, x.Loop });
                });

            migrationBuilder.CreateTable(
                name: "ExtraDraws",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    KeyId = table.Column<string>(type: "TEXT", nullable: false),
                    By = table.Column<string>(type: "TEXT", nullable: false),
                    ModelVersionId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Windows = table.Column<string>(type: "TEXT", nullable: false),
                    Cell = table.Column<int>(type: "INTEGER", nullable: false),
                    Eligible = table.Column<int>(type: "INTEGER", nullable: false),
                    Taken = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ExtraDraws", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "LabelChecks",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    TaskId = table.Column<Guid>(type: "TEXT", nullable: false),
                    LabelIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    Decision = table.Column<string>(type: "TEXT", nullable: false),
                    NewLabelIndex = table.Column<int>(type: "INTEGER", nullable: true),
                    By = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LabelChecks", x => x.Id);
                    table.ForeignKey(
                        name: "FK_LabelChecks_AnnotationTasks_TaskId",
                        column: x => x.TaskId,
                        principalTable: "AnnotationTasks",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "WindowCells",
                columns: table => new
                {
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Cell = table.Column<int>(type: "INTEGER", nullable: false),
                    Photos = table.Column<int>(type: "INTEGER", nullable: false),
                    MeanConfidence = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WindowCells", x => new { x.WindowId, x.Cell });
                    table.ForeignKey(
                        name: "FK_WindowCells_SamplingWindows_WindowId",
                        column: x => x.WindowId,
                        principalTable: "SamplingWindows",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "WindowCounts",
                columns: table => new
                {
                    WindowId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Day = table.Column<int>(type: "INTEGER", nullable: false),
                    PredictedIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    Bin = table.Column<int>(type: "INTEGER", nullable: false),
                    Photos = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WindowCounts", x => new { x.WindowId, x.Day, x.PredictedIndex, x.Bin });
                    table.ForeignKey(
                        name: "FK_WindowCounts_SamplingWindows_WindowId",
                        column: x => x.WindowId,
                        principalTable: "SamplingWindows",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "MessageDeliveries",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Channel = table.Column<string>(type: "TEXT", nullable: false),
                    ChangeId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Payload = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    DueAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    LastError = table.Column<string>(type: "TEXT", nullable: true),
                    FailingSince = table.Column<long>(type: "INTEGER", nullable: true),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MessageDeliveries", x => x.Id);
                    table.ForeignKey(
                        name: "FK_MessageDeliveries_AlertChanges_ChangeId",
                        column: x => x.ChangeId,
                        principalTable: "AlertChanges",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Selections_DrawId",
                table: "Selections",
                column: "DrawId",
                filter: "\"DrawId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_SamplingWindows_LastPhotoAt",
                table: "SamplingWindows",
                column: "LastPhotoAt");

            migrationBuilder.CreateIndex(
                name: "IX_AlertChanges_Rule_Id",
                table: "AlertChanges",
                columns: new[] { "Rule", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_LabelChecks_TaskId",
                table: "LabelChecks",
                column: "TaskId");

            migrationBuilder.CreateIndex(
                name: "IX_MessageDeliveries_ChangeId",
                table: "MessageDeliveries",
                column: "ChangeId");

            migrationBuilder.CreateIndex(
                name: "IX_MessageDeliveries_Channel_EndedAt",
                table: "MessageDeliveries",
                columns: new[] { "Channel", "EndedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_MessageDeliveries_Due",
                table: "MessageDeliveries",
                columns: new[] { "Channel", "Id" },
                filter: "\"State\" = 'Due'");

            migrationBuilder.CreateIndex(
                name: "IX_WindowCounts_Day",
                table: "WindowCounts",
                column: "Day");

            foreach (var statement in AccuracyBackfill.Statements(isSqlite: true))
                migrationBuilder.Sql(statement);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AccuracySnapshots");

            migrationBuilder.DropTable(
                name: "Alerts");

            migrationBuilder.DropTable(
                name: "ErasedDraws");

            migrationBuilder.DropTable(
                name: "ExtraDraws");

            migrationBuilder.DropTable(
                name: "LabelChecks");

            migrationBuilder.DropTable(
                name: "MessageDeliveries");

            migrationBuilder.DropTable(
                name: "WindowCells");

            migrationBuilder.DropTable(
                name: "WindowCounts");

            migrationBuilder.DropTable(
                name: "AlertChanges");

            migrationBuilder.DropIndex(
                name: "IX_Selections_DrawId",
                table: "Selections");

            migrationBuilder.DropIndex(
                name: "IX_SamplingWindows_LastPhotoAt",
                table: "SamplingWindows");

            migrationBuilder.DropColumn(
                name: "WindowCell",
                table: "Tombstones");

            migrationBuilder.DropColumn(
                name: "DrawId",
                table: "Selections");

            migrationBuilder.DropColumn(
                name: "LastPhotoAt",
                table: "SamplingWindows");

            migrationBuilder.DropColumn(
                name: "ModelVersionId",
                table: "SamplingWindows");

            migrationBuilder.DropColumn(
                name: "Tags",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "WindowCell",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "BlindAnswerKind",
                table: "AnnotationTasks");

            migrationBuilder.DropColumn(
                name: "BlindClassIndex",
                table: "AnnotationTasks");

            migrationBuilder.DropColumn(
                name: "IsAskedAgain",
                table: "AnnotationTasks");
        }
    }
}
