using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GourmetGram.Infrastructure.Persistence.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Alerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AccuracySnapshots",
                columns: table => new
                {
                    Day = table.Column<int>(type: "integer", nullable: false),
                    From = table.Column<int>(type: "integer", nullable: false),
                    To = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "text", nullable: false),
                    Estimate = table.Column<double>(type: "double precision", nullable: true),
                    Low = table.Column<double>(type: "double precision", nullable: true),
                    High = table.Column<double>(type: "double precision", nullable: true),
                    EffectiveLabels = table.Column<double>(type: "double precision", nullable: true),
                    Labels = table.Column<int>(type: "integer", nullable: false),
                    Photos = table.Column<int>(type: "integer", nullable: false),
                    MeasuredPhotos = table.Column<int>(type: "integer", nullable: false),
                    AsOf = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccuracySnapshots", x => x.Day);
                });

            migrationBuilder.CreateTable(
                name: "AlertChanges",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Rule = table.Column<string>(type: "text", nullable: false),
                    From = table.Column<string>(type: "text", nullable: false),
                    To = table.Column<string>(type: "text", nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    Value = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AlertChanges", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Alerts",
                columns: table => new
                {
                    Rule = table.Column<string>(type: "text", nullable: false),
                    State = table.Column<string>(type: "text", nullable: false),
                    Since = table.Column<long>(type: "bigint", nullable: false),
                    CheckedAt = table.Column<long>(type: "bigint", nullable: false),
                    Value = table.Column<string>(type: "text", nullable: false),
                    WasBelow = table.Column<bool>(type: "boolean", nullable: false),
                    WasGood = table.Column<bool>(type: "boolean", nullable: false),
                    ModelVersionId = table.Column<Guid>(type: "uuid", nullable: true),
                    LabelsLooked = table.Column<int>(type: "integer", nullable: false),
                    DifferenceEstimate = table.Column<double>(type: "double precision", nullable: true),
                    DifferenceLow = table.Column<double>(type: "double precision", nullable: true),
                    DifferenceHigh = table.Column<double>(type: "double precision", nullable: true),
                    AcknowledgedAt = table.Column<long>(type: "bigint", nullable: true),
                    AcknowledgedBy = table.Column<string>(type: "text", nullable: true),
                    Note = table.Column<string>(type: "text", nullable: true),
                    Revision = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Alerts", x => x.Rule);
                });

            migrationBuilder.CreateTable(
                name: "MessageDeliveries",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Channel = table.Column<string>(type: "text", nullable: false),
                    ChangeId = table.Column<Guid>(type: "uuid", nullable: false),
                    Payload = table.Column<string>(type: "text", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    DueAt = table.Column<long>(type: "bigint", nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<string>(type: "text", nullable: false),
                    LastError = table.Column<string>(type: "text", nullable: true),
                    FailingSince = table.Column<long>(type: "bigint", nullable: true),
                    EndedAt = table.Column<long>(type: "bigint", nullable: true)
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
                name: "IX_AlertChanges_Rule_Id",
                table: "AlertChanges",
                columns: new[] { "Rule", "Id" });

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AccuracySnapshots");

            migrationBuilder.DropTable(
                name: "Alerts");

            migrationBuilder.DropTable(
                name: "MessageDeliveries");

            migrationBuilder.DropTable(
                name: "AlertChanges");
        }
    }
}
