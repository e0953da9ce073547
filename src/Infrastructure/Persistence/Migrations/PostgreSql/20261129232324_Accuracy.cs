using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.PostgreSql
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
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "DrawId",
                table: "Selections",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LastPhotoAt",
                table: "SamplingWindows",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "ModelVersionId",
                table: "SamplingWindows",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "WindowCell",
                table: "Predictions",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "BlindAnswerKind",
                table: "AnnotationTasks",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "BlindClassIndex",
                table: "AnnotationTasks",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ErasedDraws",
                columns: table => new
                {
                    PredictionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    WindowId = table.Column<Guid>(type: "uuid", nullable: false),
                    DrawId = table.Column<Guid>(type: "uuid", nullable: true),
                    Cell = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ErasedDraws", x => new { x.WindowId, x.PredictionId, x.Loop });
                });

            migrationBuilder.CreateTable(
                name: "ExtraDraws",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    Loop = table.Column<string>(type: "text", nullable: false),
                    KeyId = table.Column<string>(type: "text", nullable: false),
                    By = table.Column<string>(type: "text", nullable: false),
                    ModelVersionId = table.Column<Guid>(type: "uuid", nullable: false),
                    Windows = table.Column<string>(type: "text", nullable: false),
                    Cell = table.Column<int>(type: "integer", nullable: false),
                    Eligible = table.Column<int>(type: "integer", nullable: false),
                    Taken = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ExtraDraws", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "WindowCells",
                columns: table => new
                {
                    WindowId = table.Column<Guid>(type: "uuid", nullable: false),
                    Cell = table.Column<int>(type: "integer", nullable: false),
                    Photos = table.Column<int>(type: "integer", nullable: false),
                    MeanConfidence = table.Column<double>(type: "double precision", nullable: false)
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
                    WindowId = table.Column<Guid>(type: "uuid", nullable: false),
                    Day = table.Column<int>(type: "integer", nullable: false),
                    PredictedIndex = table.Column<int>(type: "integer", nullable: false),
                    Bin = table.Column<int>(type: "integer", nullable: false),
                    Photos = table.Column<int>(type: "integer", nullable: false)
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
                name: "IX_WindowCounts_Day",
                table: "WindowCounts",
                column: "Day");

            foreach (var statement in AccuracyBackfill.Statements(isSqlite: false))
                migrationBuilder.Sql(statement);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ErasedDraws");

            migrationBuilder.DropTable(
                name: "ExtraDraws");

            migrationBuilder.DropTable(
                name: "WindowCells");

            migrationBuilder.DropTable(
                name: "WindowCounts");

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
                name: "WindowCell",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "BlindAnswerKind",
                table: "AnnotationTasks");

            migrationBuilder.DropColumn(
                name: "BlindClassIndex",
                table: "AnnotationTasks");
        }
    }
}
