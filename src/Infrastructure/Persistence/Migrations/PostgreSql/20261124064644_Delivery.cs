using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.PostgreSql
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
                type: "text",
                nullable: false,
                defaultValue: "Stored");

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Predictions",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "TagsState",
                table: "Predictions",
                type: "text",
                nullable: false,
                defaultValue: "Dirty");

            migrationBuilder.CreateTable(
                name: "SpooledPhotos",
                columns: table => new
                {
                    Name = table.Column<string>(type: "text", nullable: false),
                    Content = table.Column<byte[]>(type: "bytea", nullable: false),
                    Bytes = table.Column<long>(type: "bigint", nullable: false),
                    AddedAt = table.Column<long>(type: "bigint", nullable: false),
                    SetAsideReason = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SpooledPhotos", x => x.Name);
                });

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
            migrationBuilder.DropTable(
                name: "SpooledPhotos");

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
