namespace GourmetGram.Infrastructure.Persistence.Migrations;

/// <summary>
/// Fills the columns and tables of migration <c>Accuracy</c> for windows that were closed and labels that were given before. A window with
/// photos of several model versions is never measured, so it gets no version.
/// </summary>
internal static class AccuracyBackfill
{
    /// <summary>Returns the statements, in order.</summary>
    /// <param name="isSqlite">Whether they are for SQLite; otherwise for PostgreSQL.</param>
    public static IEnumerable<string> Statements(bool isSqlite)
    {
        var floor = isSqlite ? "CAST({0} AS INTEGER)" : "CAST(FLOOR({0}) AS INTEGER)";
        var bin = string.Format(System.Globalization.CultureInfo.InvariantCulture, floor, "20.0 * p.\"Confidence\" + 1e-9");
        yield return """
            UPDATE "SamplingWindows" AS w SET "LastPhotoAt" = (SELECT MAX(p."CreatedAt") FROM "Predictions" p WHERE p."WindowId" = w."Id")
            """;
        yield return """
            UPDATE "SamplingWindows" AS w
            SET "ModelVersionId" = (SELECT p."ModelVersionId" FROM "Predictions" p WHERE p."WindowId" = w."Id" LIMIT 1)
            WHERE w."ClosedAt" IS NOT NULL
                AND (SELECT COUNT(DISTINCT p."ModelVersionId") FROM "Predictions" p WHERE p."WindowId" = w."Id") = 1
                AND NOT EXISTS (
                    SELECT 1 FROM "Predictions" p JOIN "ModelVersions" m ON m."Id" = p."ModelVersionId"
                    WHERE p."WindowId" = w."Id" AND m."Name" = 'lab' AND m."Version" = 'imported')
            """;
        // The edges are those of single precision, as in FineCell.
        yield return """
            UPDATE "Predictions" AS p
            SET "WindowCell" =
                (CASE WHEN p."Confidence" < 0.5 THEN 0 WHEN p."Confidence" < 0.699999988079071 THEN 2
                    WHEN p."Confidence" < 0.899999976158142 THEN 4 ELSE 6 END)
                + (CASE WHEN EXISTS (
                    SELECT 1 FROM "UserFeedback" f JOIN "SamplingWindows" w ON w."Id" = p."WindowId"
                    WHERE f."PredictionId" = p."Id" AND f."Kind" IN ('Flag', 'Correction') AND f."CreatedAt" <= w."BegunAt"
                        AND (f."EndedAt" IS NULL OR f."EndedAt" > w."BegunAt") AND f."SelectionState" NOT IN ('HeldBack', 'Discarded'))
                    THEN 1 ELSE 0 END)
            WHERE p."WindowId" IS NOT NULL
            """;
        yield return """
            INSERT INTO "WindowCells" ("WindowId", "Cell", "Photos", "MeanConfidence")
            SELECT p."WindowId", p."WindowCell", COUNT(*), AVG(p."Confidence") FROM "Predictions" p
            JOIN "SamplingWindows" w ON w."Id" = p."WindowId" WHERE w."ClosedAt" IS NOT NULL
            GROUP BY p."WindowId", p."WindowCell"
            """;
        yield return $"""
            INSERT INTO "WindowCounts" ("WindowId", "Day", "PredictedIndex", "Bin", "Photos")
            SELECT c."WindowId", c."Day", c."PredictedIndex", c."Bin", COUNT(*) FROM (
                SELECT p."WindowId", CAST(p."CreatedAt" / 86400000 AS INTEGER) AS "Day", p."PredictedIndex",
                    (CASE WHEN p."Confidence" >= 1 THEN 19 ELSE {bin} END) AS "Bin"
                FROM "Predictions" p JOIN "SamplingWindows" w ON w."Id" = p."WindowId" WHERE w."ClosedAt" IS NOT NULL) AS c
            GROUP BY c."WindowId", c."Day", c."PredictedIndex", c."Bin"
            """;
        yield return """
            UPDATE "AnnotationTasks" AS t SET "BlindAnswerKind" = t."AnswerKind", "BlindClassIndex" = t."ClassIndex"
            WHERE t."IsBlind" AND t."AnswerKind" IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM "HumanLabels" l WHERE l."TaskId" = t."Id" AND l."EndedAt" IS NULL AND l."AnswerKind" IS NOT NULL
                    AND NOT l."IsBlind" AND l."Source" <> 'Adjudication')
            """;
    }
}
