using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Delivery : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ImageState",
                table: "Predictions",
                type: "TEXT",
                nullable: false,
                defaultValue: "Stored");

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Predictions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "TagsState",
                table: "Predictions",
                type: "TEXT",
                nullable: false,
                defaultValue: "Dirty");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_DirtyTags",
                table: "Predictions",
                column: "Id",
                filter: "\"TagsState\" = 'Dirty'");

            migrationBuilder.CreateIndex(
                name: "IX_Predictions_PendingImage",
                table: "Predictions",
                column: "Id",
                filter: "\"ImageState\" = 'Pending'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Predictions_DirtyTags",
                table: "Predictions");

            migrationBuilder.DropIndex(
                name: "IX_Predictions_PendingImage",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "ImageState",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "Revision",
                table: "Predictions");

            migrationBuilder.DropColumn(
                name: "TagsState",
                table: "Predictions");
        }
    }
}
