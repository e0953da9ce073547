using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class TaskIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_DecidedAt",
                table: "AnnotationTasks",
                column: "DecidedAt",
                filter: "\"AnswerKind\" = 'Class'");

            migrationBuilder.CreateIndex(
                name: "IX_AnnotationTasks_Skipped",
                table: "AnnotationTasks",
                columns: new[] { "Loop", "Place" },
                filter: "\"State\" = 'Skipped'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_AnnotationTasks_DecidedAt",
                table: "AnnotationTasks");

            migrationBuilder.DropIndex(
                name: "IX_AnnotationTasks_Skipped",
                table: "AnnotationTasks");
        }
    }
}
