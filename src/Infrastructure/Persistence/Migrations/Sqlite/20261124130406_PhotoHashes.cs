using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PhotoHashes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Written by hand: the model has no word for an index on a column of a complex property.
            migrationBuilder.CreateIndex(name: "IX_Predictions_UploadSha256", table: "Predictions", column: "Photo_UploadSha256");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_Predictions_UploadSha256", table: "Predictions");
        }
    }
}
