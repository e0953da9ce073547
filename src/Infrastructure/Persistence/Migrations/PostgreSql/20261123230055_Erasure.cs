using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Erasure : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Tombstones",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    ErasedAt = table.Column<long>(type: "bigint", nullable: false),
                    ObjectKey = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tombstones", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UserFeedback_Rater_Kind_PredictionId",
                table: "UserFeedback",
                columns: new[] { "Rater", "Kind", "PredictionId" },
                filter: "\"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_Maker_PredictedIndex_Id",
                table: "Predictions",
                columns: new[] { "Maker", "PredictedIndex", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_IdempotencyRecords_PredictionId",
                table: "IdempotencyRecords",
                column: "PredictionId");

            migrationBuilder.CreateIndex(
                name: "IX_Tombstones_Unfinished",
                table: "Tombstones",
                column: "Id",
                filter: "\"ObjectKey\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Tombstones");

            migrationBuilder.DropIndex(
                name: "IX_UserFeedback_Rater_Kind_PredictionId",
                table: "UserFeedback");

            migrationBuilder.DropIndex(
                name: "IX_Predictions_Maker_PredictedIndex_Id",
                table: "Predictions");

            migrationBuilder.DropIndex(
                name: "IX_IdempotencyRecords_PredictionId",
                table: "IdempotencyRecords");
        }
    }
}
