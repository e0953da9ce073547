using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LabelStudio : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "HasObject",
                table: "AnnotationTasks",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsOnPlatform",
                table: "AnnotationTasks",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsRecallDue",
                table: "AnnotationTasks",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

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
                name: "TaskRecalls",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Loop = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TaskRecalls", x => x.Id);
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

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_OnPlatform",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "Id" },
                filter: "\"IsOnPlatform\"");

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
                name: "IX_TaskRecalls_Loop_Id",
                table: "TaskRecalls",
                columns: new[] { "Loop", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AnnotationProjects");

            migrationBuilder.DropTable(
                name: "Annotators");

            migrationBuilder.DropTable(
                name: "TaskRecalls");

            migrationBuilder.DropTable(
                name: "Turns");

            migrationBuilder.DropIndex(
                name: "IX_AnnotationTasks_OnPlatform",
                table: "AnnotationTasks");

            migrationBuilder.DropIndex(
                name: "IX_AnnotationTasks_ToRecall",
                table: "AnnotationTasks");

            migrationBuilder.DropIndex(
                name: "IX_AnnotationTasks_WithObject",
                table: "AnnotationTasks");

            migrationBuilder.DropColumn(
                name: "HasObject",
                table: "AnnotationTasks");

            migrationBuilder.DropColumn(
                name: "IsOnPlatform",
                table: "AnnotationTasks");

            migrationBuilder.DropColumn(
                name: "IsRecallDue",
                table: "AnnotationTasks");
        }
    }
}
