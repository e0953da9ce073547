CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

BEGIN TRANSACTION;
CREATE TABLE "AspNetRoles" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_AspNetRoles" PRIMARY KEY,
    "Name" TEXT NULL,
    "NormalizedName" TEXT NULL,
    "ConcurrencyStamp" TEXT NULL
);

CREATE TABLE "AspNetUsers" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_AspNetUsers" PRIMARY KEY,
    "UserName" TEXT NULL,
    "NormalizedUserName" TEXT NULL,
    "Email" TEXT NULL,
    "NormalizedEmail" TEXT NULL,
    "EmailConfirmed" INTEGER NOT NULL,
    "PasswordHash" TEXT NULL,
    "SecurityStamp" TEXT NULL,
    "ConcurrencyStamp" TEXT NULL,
    "PhoneNumber" TEXT NULL,
    "PhoneNumberConfirmed" INTEGER NOT NULL,
    "TwoFactorEnabled" INTEGER NOT NULL,
    "LockoutEnd" INTEGER NULL,
    "LockoutEnabled" INTEGER NOT NULL,
    "AccessFailedCount" INTEGER NOT NULL
);

CREATE TABLE "DataProtectionKeys" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_DataProtectionKeys" PRIMARY KEY AUTOINCREMENT,
    "FriendlyName" TEXT NULL,
    "Xml" TEXT NULL
);

CREATE TABLE "IdempotencyRecords" (
    "Scope" TEXT NOT NULL,
    "Key" TEXT NOT NULL,
    "UploadSha256" TEXT NOT NULL,
    "PredictionId" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    CONSTRAINT "PK_IdempotencyRecords" PRIMARY KEY ("Scope", "Key")
);

CREATE TABLE "ModelVersions" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_ModelVersions" PRIMARY KEY,
    "Name" TEXT NOT NULL,
    "Version" TEXT NOT NULL,
    "Variant" TEXT NOT NULL,
    "Sha256" TEXT NOT NULL,
    "Temperature" REAL NOT NULL,
    "Labels" TEXT NOT NULL,
    "FirstSeenAt" INTEGER NOT NULL
);

CREATE TABLE "AspNetRoleClaims" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AspNetRoleClaims" PRIMARY KEY AUTOINCREMENT,
    "RoleId" TEXT NOT NULL,
    "ClaimType" TEXT NULL,
    "ClaimValue" TEXT NULL,
    CONSTRAINT "FK_AspNetRoleClaims_AspNetRoles_RoleId" FOREIGN KEY ("RoleId") REFERENCES "AspNetRoles" ("Id") ON DELETE CASCADE
);

CREATE TABLE "AspNetUserClaims" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AspNetUserClaims" PRIMARY KEY AUTOINCREMENT,
    "UserId" TEXT NOT NULL,
    "ClaimType" TEXT NULL,
    "ClaimValue" TEXT NULL,
    CONSTRAINT "FK_AspNetUserClaims_AspNetUsers_UserId" FOREIGN KEY ("UserId") REFERENCES "AspNetUsers" ("Id") ON DELETE CASCADE
);

CREATE TABLE "AspNetUserLogins" (
    "LoginProvider" TEXT NOT NULL,
    "ProviderKey" TEXT NOT NULL,
    "ProviderDisplayName" TEXT NULL,
    "UserId" TEXT NOT NULL,
    CONSTRAINT "PK_AspNetUserLogins" PRIMARY KEY ("LoginProvider", "ProviderKey"),
    CONSTRAINT "FK_AspNetUserLogins_AspNetUsers_UserId" FOREIGN KEY ("UserId") REFERENCES "AspNetUsers" ("Id") ON DELETE CASCADE
);

CREATE TABLE "AspNetUserRoles" (
    "UserId" TEXT NOT NULL,
    "RoleId" TEXT NOT NULL,
    CONSTRAINT "PK_AspNetUserRoles" PRIMARY KEY ("UserId", "RoleId"),
    CONSTRAINT "FK_AspNetUserRoles_AspNetRoles_RoleId" FOREIGN KEY ("RoleId") REFERENCES "AspNetRoles" ("Id") ON DELETE CASCADE,
    CONSTRAINT "FK_AspNetUserRoles_AspNetUsers_UserId" FOREIGN KEY ("UserId") REFERENCES "AspNetUsers" ("Id") ON DELETE CASCADE
);

CREATE TABLE "AspNetUserTokens" (
    "UserId" TEXT NOT NULL,
    "LoginProvider" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Value" TEXT NULL,
    CONSTRAINT "PK_AspNetUserTokens" PRIMARY KEY ("UserId", "LoginProvider", "Name"),
    CONSTRAINT "FK_AspNetUserTokens_AspNetUsers_UserId" FOREIGN KEY ("UserId") REFERENCES "AspNetUsers" ("Id") ON DELETE CASCADE
);

CREATE TABLE "Predictions" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Predictions" PRIMARY KEY,
    "CreatedAt" INTEGER NOT NULL,
    "Maker" TEXT NOT NULL,
    "Probabilities" BLOB NOT NULL,
    "PredictedIndex" INTEGER NOT NULL,
    "Confidence" REAL NOT NULL,
    "ModelVersionId" TEXT NOT NULL,
    "DecodeTime" INTEGER NOT NULL,
    "InferenceTime" INTEGER NOT NULL,
    "Photo_Extension" TEXT NOT NULL,
    "Photo_FileName" TEXT NULL,
    "Photo_Height" INTEGER NOT NULL,
    "Photo_MediaType" TEXT NOT NULL,
    "Photo_StoredBytes" INTEGER NOT NULL,
    "Photo_StoredSha256" TEXT NOT NULL,
    "Photo_UploadSha256" TEXT NOT NULL,
    "Photo_Width" INTEGER NOT NULL,
    CONSTRAINT "FK_Predictions_ModelVersions_ModelVersionId" FOREIGN KEY ("ModelVersionId") REFERENCES "ModelVersions" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "UserFeedback" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_UserFeedback" PRIMARY KEY,
    "PredictionId" TEXT NOT NULL,
    "Kind" TEXT NOT NULL,
    "Topic" TEXT NOT NULL,
    "ClassIndex" INTEGER NULL,
    "Rater" TEXT NOT NULL,
    "Source" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "EndedAt" INTEGER NULL,
    "End" TEXT NULL,
    CONSTRAINT "FK_UserFeedback_Predictions_PredictionId" FOREIGN KEY ("PredictionId") REFERENCES "Predictions" ("Id") ON DELETE RESTRICT
);

CREATE INDEX "IX_AspNetRoleClaims_RoleId" ON "AspNetRoleClaims" ("RoleId");

CREATE UNIQUE INDEX "RoleNameIndex" ON "AspNetRoles" ("NormalizedName");

CREATE INDEX "IX_AspNetUserClaims_UserId" ON "AspNetUserClaims" ("UserId");

CREATE INDEX "IX_AspNetUserLogins_UserId" ON "AspNetUserLogins" ("UserId");

CREATE INDEX "IX_AspNetUserRoles_RoleId" ON "AspNetUserRoles" ("RoleId");

CREATE INDEX "EmailIndex" ON "AspNetUsers" ("NormalizedEmail");

CREATE UNIQUE INDEX "UserNameIndex" ON "AspNetUsers" ("NormalizedUserName");

CREATE UNIQUE INDEX "IX_ModelVersions_Sha256_Name_Version_Variant_Temperature" ON "ModelVersions" ("Sha256", "Name", "Version", "Variant", "Temperature");

CREATE INDEX "IX_Predictions_Maker_Id" ON "Predictions" ("Maker", "Id");

CREATE INDEX "IX_Predictions_ModelVersionId" ON "Predictions" ("ModelVersionId");

CREATE INDEX "IX_UserFeedback_PredictionId" ON "UserFeedback" ("PredictionId");

CREATE UNIQUE INDEX "IX_UserFeedback_PredictionId_Rater_Topic" ON "UserFeedback" ("PredictionId", "Rater", "Topic") WHERE "EndedAt" IS NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123220856_Initial', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "Tombstones" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Tombstones" PRIMARY KEY,
    "CreatedAt" INTEGER NOT NULL,
    "ErasedAt" INTEGER NOT NULL,
    "ObjectKey" TEXT NULL
);

CREATE INDEX "IX_UserFeedback_Rater_Kind_PredictionId" ON "UserFeedback" ("Rater", "Kind", "PredictionId") WHERE "EndedAt" IS NULL;

CREATE INDEX "IX_Predictions_Maker_PredictedIndex_Id" ON "Predictions" ("Maker", "PredictedIndex", "Id");

CREATE INDEX "IX_IdempotencyRecords_PredictionId" ON "IdempotencyRecords" ("PredictionId");

CREATE INDEX "IX_Tombstones_Unfinished" ON "Tombstones" ("Id") WHERE "ObjectKey" IS NOT NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123230053_Erasure', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "Predictions" ADD "ImageState" TEXT NOT NULL DEFAULT 'Stored';

ALTER TABLE "Predictions" ADD "Revision" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "Predictions" ADD "TagsState" TEXT NOT NULL DEFAULT 'Dirty';

CREATE INDEX "IX_Predictions_DirtyTags" ON "Predictions" ("Id") WHERE "TagsState" = 'Dirty';

CREATE INDEX "IX_Predictions_PendingImage" ON "Predictions" ("Id") WHERE "ImageState" = 'Pending';

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124064628_Delivery', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "JobRuns" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_JobRuns" PRIMARY KEY,
    "Job" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "DueAt" INTEGER NULL,
    "RequestedBy" TEXT NULL,
    "Attempt" INTEGER NOT NULL,
    "QueuedAt" INTEGER NOT NULL,
    "StartedAt" INTEGER NULL,
    "EndedAt" INTEGER NULL,
    "Node" TEXT NULL,
    "LeaseUntil" INTEGER NULL,
    "CancelRequested" INTEGER NOT NULL,
    "Done" INTEGER NOT NULL,
    "Total" INTEGER NULL,
    "Counts" TEXT NOT NULL,
    "Error" TEXT NULL
);

CREATE TABLE "JobSchedules" (
    "Job" TEXT NOT NULL CONSTRAINT "PK_JobSchedules" PRIMARY KEY,
    "Cron" TEXT NOT NULL,
    "IsPaused" INTEGER NOT NULL,
    "ChangedAt" INTEGER NOT NULL,
    "ChangedBy" TEXT NOT NULL
);

CREATE UNIQUE INDEX "IX_JobRuns_Job_DueAt_Attempt" ON "JobRuns" ("Job", "DueAt", "Attempt") WHERE "DueAt" IS NOT NULL;

CREATE INDEX "IX_JobRuns_Job_Id" ON "JobRuns" ("Job", "Id");

CREATE INDEX "IX_JobRuns_Queued" ON "JobRuns" ("Job") WHERE "State" = 'Queued';

CREATE UNIQUE INDEX "IX_JobRuns_Running" ON "JobRuns" ("Job") WHERE "State" = 'Running';

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124071559_Jobs', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "MediaKeys" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_MediaKeys" PRIMARY KEY,
    "Secret" BLOB NOT NULL,
    "Slot" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "RetiredAt" INTEGER NULL,
    "RevokedAt" INTEGER NULL
);

CREATE UNIQUE INDEX "IX_MediaKeys_Slot" ON "MediaKeys" ("Slot");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124122932_MediaKeys', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
CREATE INDEX "IX_Predictions_UploadSha256" ON "Predictions" ("Photo_UploadSha256");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124130406_PhotoHashes', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "UserFeedback" ADD "HeldBackReason" TEXT NULL;

ALTER TABLE "UserFeedback" ADD "Origin" INTEGER NULL;

ALTER TABLE "UserFeedback" ADD "OutputState" TEXT NOT NULL DEFAULT 'None';

ALTER TABLE "UserFeedback" ADD "SelectionState" TEXT NOT NULL DEFAULT 'Pending';

ALTER TABLE "Tombstones" ADD "WindowId" TEXT NULL;

ALTER TABLE "Predictions" ADD "SelectionState" TEXT NOT NULL DEFAULT 'Pending';

ALTER TABLE "Predictions" ADD "WindowId" TEXT NULL;

CREATE TABLE "AnnotationTasks" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_AnnotationTasks" PRIMARY KEY,
    "Loop" TEXT NOT NULL,
    "PhotoSha256" TEXT NOT NULL,
    "PredictionId" TEXT NOT NULL,
    "Place" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Votes" INTEGER NOT NULL,
    "IsBlind" INTEGER NOT NULL,
    "State" TEXT NOT NULL,
    "ClassIndex" INTEGER NULL,
    "DecidedAt" INTEGER NULL,
    "LeasedTo" TEXT NULL,
    "LeaseUntil" INTEGER NULL,
    "IsOutputDue" INTEGER NOT NULL,
    "Revision" INTEGER NOT NULL,
    CONSTRAINT "FK_AnnotationTasks_Predictions_PredictionId" FOREIGN KEY ("PredictionId") REFERENCES "Predictions" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CollectedImages" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_CollectedImages" PRIMARY KEY,
    "PredictionId" TEXT NOT NULL,
    "Loop" TEXT NOT NULL,
    "Bucket" TEXT NOT NULL,
    "ClassIndex" INTEGER NOT NULL,
    "Extension" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL
);

CREATE TABLE "FeedbackLoops" (
    "Name" TEXT NOT NULL CONSTRAINT "PK_FeedbackLoops" PRIMARY KEY,
    "IsEnabled" INTEGER NOT NULL,
    "Bucket" TEXT NOT NULL,
    "Surface" TEXT NOT NULL,
    "IsBlind" INTEGER NOT NULL,
    "Votes" INTEGER NOT NULL,
    "DailyLimit" INTEGER NOT NULL,
    "Settings" TEXT NOT NULL,
    "Revision" INTEGER NOT NULL
);

CREATE TABLE "LoopChanges" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_LoopChanges" PRIMARY KEY,
    "Loop" TEXT NOT NULL,
    "Setting" TEXT NOT NULL,
    "From" TEXT NULL,
    "To" TEXT NULL,
    "By" TEXT NOT NULL,
    "At" INTEGER NOT NULL
);

CREATE TABLE "ReadOutputs" (
    "Key" TEXT NOT NULL CONSTRAINT "PK_ReadOutputs" PRIMARY KEY,
    "Version" TEXT NOT NULL,
    "AnnotationId" INTEGER NULL,
    "UpdatedAt" INTEGER NULL,
    "Outcome" TEXT NOT NULL,
    "Reason" TEXT NULL,
    "ReadAt" INTEGER NOT NULL,
    "IsMoveDue" INTEGER NOT NULL
);

CREATE TABLE "SamplingKeys" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_SamplingKeys" PRIMARY KEY,
    "Secret" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL
);

CREATE TABLE "SamplingWindows" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_SamplingWindows" PRIMARY KEY,
    "BegunAt" INTEGER NOT NULL,
    "ClosedAt" INTEGER NULL,
    "KeyId" TEXT NOT NULL,
    "Population" INTEGER NULL,
    "IsForMeasuring" INTEGER NOT NULL
);

CREATE TABLE "Selections" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Selections" PRIMARY KEY,
    "PredictionId" TEXT NOT NULL,
    "Loop" TEXT NOT NULL,
    "PhotoSha256" TEXT NOT NULL,
    "Reason" TEXT NOT NULL,
    "StrategyVersion" INTEGER NOT NULL,
    "Settings" TEXT NOT NULL,
    "WindowId" TEXT NULL,
    "Probability" REAL NOT NULL,
    "Place" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "HasTask" INTEGER NOT NULL,
    CONSTRAINT "FK_Selections_Predictions_PredictionId" FOREIGN KEY ("PredictionId") REFERENCES "Predictions" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "HumanLabels" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_HumanLabels" PRIMARY KEY,
    "TaskId" TEXT NOT NULL,
    "Person" TEXT NOT NULL,
    "Source" TEXT NOT NULL,
    "ClassIndex" INTEGER NULL,
    "IsBlind" INTEGER NOT NULL,
    "ShowedAnswer" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Took" INTEGER NULL,
    "Note" TEXT NULL,
    "ExternalId" TEXT NULL,
    "EndedAt" INTEGER NULL,
    "End" TEXT NULL,
    CONSTRAINT "FK_HumanLabels_AnnotationTasks_TaskId" FOREIGN KEY ("TaskId") REFERENCES "AnnotationTasks" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "WindowDraws" (
    "WindowId" TEXT NOT NULL,
    "Loop" TEXT NOT NULL,
    "Taken" INTEGER NOT NULL,
    "Population" INTEGER NOT NULL,
    "StrategyVersion" INTEGER NOT NULL,
    "Settings" TEXT NOT NULL,
    CONSTRAINT "PK_WindowDraws" PRIMARY KEY ("WindowId", "Loop"),
    CONSTRAINT "FK_WindowDraws_SamplingWindows_WindowId" FOREIGN KEY ("WindowId") REFERENCES "SamplingWindows" ("Id") ON DELETE RESTRICT
);

CREATE INDEX "IX_UserFeedback_HeldBack" ON "UserFeedback" ("Id") WHERE "SelectionState" = 'HeldBack';

CREATE INDEX "IX_UserFeedback_Origin_Kind_CreatedAt" ON "UserFeedback" ("Origin", "Kind", "CreatedAt") WHERE "Origin" IS NOT NULL;

CREATE INDEX "IX_UserFeedback_PendingOutput" ON "UserFeedback" ("Id") WHERE "OutputState" = 'Pending';

CREATE INDEX "IX_UserFeedback_Rater_Kind_CreatedAt" ON "UserFeedback" ("Rater", "Kind", "CreatedAt");

CREATE INDEX "IX_UserFeedback_Unconsidered" ON "UserFeedback" ("Id") WHERE "SelectionState" IN ('Pending', 'Released');

CREATE INDEX "IX_Tombstones_WindowId" ON "Tombstones" ("WindowId") WHERE "WindowId" IS NOT NULL;

CREATE INDEX "IX_Predictions_Unconsidered" ON "Predictions" ("Id") WHERE "SelectionState" = 'Pending';

CREATE INDEX "IX_Predictions_WindowId_Id" ON "Predictions" ("WindowId", "Id");

CREATE INDEX "IX_AnnotationTasks_DueOutput" ON "AnnotationTasks" ("Id") WHERE "IsOutputDue";

CREATE INDEX "IX_AnnotationTasks_Loop_State" ON "AnnotationTasks" ("Loop", "State");

CREATE INDEX "IX_AnnotationTasks_Open" ON "AnnotationTasks" ("Loop", "Place") WHERE "State" IN ('Created', 'Published');

CREATE UNIQUE INDEX "IX_AnnotationTasks_PhotoSha256_Loop" ON "AnnotationTasks" ("PhotoSha256", "Loop");

CREATE INDEX "IX_AnnotationTasks_PredictionId" ON "AnnotationTasks" ("PredictionId");

CREATE INDEX "IX_CollectedImages_Dataset" ON "CollectedImages" ("Bucket", "ClassIndex", "Id") WHERE "State" = 'Copied';

CREATE INDEX "IX_CollectedImages_Newest" ON "CollectedImages" ("Bucket", "Id") WHERE "State" = 'Copied';

CREATE INDEX "IX_CollectedImages_PredictionId" ON "CollectedImages" ("PredictionId");

CREATE INDEX "IX_CollectedImages_ToCopy" ON "CollectedImages" ("Id") WHERE "State" = 'Pending';

CREATE INDEX "IX_CollectedImages_ToRemove" ON "CollectedImages" ("Id") WHERE "State" = 'Superseded';

CREATE INDEX "IX_HumanLabels_Person_Id" ON "HumanLabels" ("Person", "Id");

CREATE INDEX "IX_HumanLabels_TaskId" ON "HumanLabels" ("TaskId");

CREATE INDEX "IX_LoopChanges_Loop_Id" ON "LoopChanges" ("Loop", "Id");

CREATE INDEX "IX_SamplingWindows_Unclosed" ON "SamplingWindows" ("Id") WHERE "ClosedAt" IS NULL;

CREATE INDEX "IX_Selections_Loop_CreatedAt" ON "Selections" ("Loop", "CreatedAt");

CREATE INDEX "IX_Selections_Loop_Id" ON "Selections" ("Loop", "Id");

CREATE INDEX "IX_Selections_PhotoSha256_Loop" ON "Selections" ("PhotoSha256", "Loop");

CREATE UNIQUE INDEX "IX_Selections_PredictionId_Loop" ON "Selections" ("PredictionId", "Loop");

CREATE INDEX "IX_Selections_WindowId" ON "Selections" ("WindowId") WHERE "WindowId" IS NOT NULL;

CREATE INDEX "IX_Selections_WithoutTask" ON "Selections" ("Id") WHERE NOT "HasTask";

UPDATE "UserFeedback" SET "OutputState" = 'Pending' WHERE "Kind" = 'Correction';

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261124155521_FeedbackLoops', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "AnnotationTasks" ADD "HasObject" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "AnnotationTasks" ADD "IsOnPlatform" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "AnnotationTasks" ADD "IsRecallDue" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "AnnotationProjects" (
    "Loop" TEXT NOT NULL CONSTRAINT "PK_AnnotationProjects" PRIMARY KEY,
    "IsAdopted" INTEGER NOT NULL,
    "ShowsAnswer" INTEGER NOT NULL,
    "WebhookSecret" TEXT NOT NULL,
    "HeardAt" INTEGER NULL,
    "SyncedAt" INTEGER NULL,
    "SyncFault" TEXT NULL,
    "ScannedAt" INTEGER NULL,
    "SeenTo" INTEGER NULL,
    "Revision" INTEGER NOT NULL,
    "Parts_PicturesId" INTEGER NULL,
    "Parts_ProjectId" INTEGER NOT NULL,
    "Parts_ProjectMadeAt" INTEGER NOT NULL,
    "Parts_SourceId" INTEGER NOT NULL,
    "Parts_TargetId" INTEGER NOT NULL,
    "Parts_WebhookId" INTEGER NULL
);

CREATE TABLE "Annotators" (
    "Person" TEXT NOT NULL CONSTRAINT "PK_Annotators" PRIMARY KEY,
    "Name" TEXT NOT NULL
);

CREATE TABLE "TaskRecalls" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_TaskRecalls" PRIMARY KEY,
    "Loop" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL
);

CREATE TABLE "Turns" (
    "Name" TEXT NOT NULL CONSTRAINT "PK_Turns" PRIMARY KEY,
    "Holder" TEXT NULL,
    "Until" INTEGER NOT NULL,
    "Revision" INTEGER NOT NULL
);

CREATE INDEX "IX_AnnotationTasks_OnPlatform" ON "AnnotationTasks" ("Loop", "Id") WHERE "IsOnPlatform";

CREATE INDEX "IX_AnnotationTasks_ToRecall" ON "AnnotationTasks" ("Id") WHERE "IsRecallDue";

CREATE INDEX "IX_AnnotationTasks_WithObject" ON "AnnotationTasks" ("Loop", "Id") WHERE "HasObject";

CREATE INDEX "IX_TaskRecalls_Loop_Id" ON "TaskRecalls" ("Loop", "Id");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128041131_LabelStudio', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "HumanLabels" ADD "AnswerKind" TEXT NULL;

ALTER TABLE "AnnotationTasks" ADD "AnswerKind" TEXT NULL;

UPDATE "HumanLabels" SET "AnswerKind" = 'Class' WHERE "ClassIndex" IS NOT NULL;

UPDATE "AnnotationTasks" SET "AnswerKind" = 'Class' WHERE "ClassIndex" IS NOT NULL;

CREATE INDEX "IX_AnnotationTasks_WithoutClass" ON "AnnotationTasks" ("Loop", "AnswerKind", "Id") WHERE "AnswerKind" IN ('None', 'Unusable');

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128194947_Answers', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "Selections" ADD "WithdrawnAt" INTEGER NULL;

ALTER TABLE "ReadOutputs" ADD "Awaits" TEXT NULL;

ALTER TABLE "AnnotationTasks" ADD "IsUnwanted" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "WaitingCandidates" (
    "Loop" TEXT NOT NULL,
    "PredictionId" TEXT NOT NULL,
    "Priority" REAL NOT NULL,
    "PredictedIndex" INTEGER NOT NULL,
    "Uploader" TEXT NOT NULL,
    "Since" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    CONSTRAINT "PK_WaitingCandidates" PRIMARY KEY ("Loop", "PredictionId"),
    CONSTRAINT "FK_WaitingCandidates_Predictions_PredictionId" FOREIGN KEY ("PredictionId") REFERENCES "Predictions" ("Id") ON DELETE RESTRICT
);

CREATE INDEX "IX_WaitingCandidates_Loop_Priority_PredictionId" ON "WaitingCandidates" ("Loop", "Priority", "PredictionId");

CREATE INDEX "IX_WaitingCandidates_PredictionId" ON "WaitingCandidates" ("PredictionId");

CREATE TABLE "ef_temp_Selections" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Selections" PRIMARY KEY,
    "CreatedAt" INTEGER NOT NULL,
    "HasTask" INTEGER NOT NULL,
    "Loop" TEXT NOT NULL,
    "PhotoSha256" TEXT NOT NULL,
    "Place" INTEGER NOT NULL,
    "PredictionId" TEXT NOT NULL,
    "Probability" REAL NULL,
    "Reason" TEXT NOT NULL,
    "Settings" TEXT NOT NULL,
    "StrategyVersion" INTEGER NOT NULL,
    "WindowId" TEXT NULL,
    "WithdrawnAt" INTEGER NULL,
    CONSTRAINT "FK_Selections_Predictions_PredictionId" FOREIGN KEY ("PredictionId") REFERENCES "Predictions" ("Id") ON DELETE RESTRICT
);

INSERT INTO "ef_temp_Selections" ("Id", "CreatedAt", "HasTask", "Loop", "PhotoSha256", "Place", "PredictionId", "Probability", "Reason", "Settings", "StrategyVersion", "WindowId", "WithdrawnAt")
SELECT "Id", "CreatedAt", "HasTask", "Loop", "PhotoSha256", "Place", "PredictionId", "Probability", "Reason", "Settings", "StrategyVersion", "WindowId", "WithdrawnAt"
FROM "Selections";

COMMIT;

PRAGMA foreign_keys = 0;

BEGIN TRANSACTION;
DROP TABLE "Selections";

ALTER TABLE "ef_temp_Selections" RENAME TO "Selections";

COMMIT;

PRAGMA foreign_keys = 1;

BEGIN TRANSACTION;
CREATE INDEX "IX_Selections_Loop_CreatedAt" ON "Selections" ("Loop", "CreatedAt");

CREATE INDEX "IX_Selections_Loop_Id" ON "Selections" ("Loop", "Id");

CREATE INDEX "IX_Selections_PhotoSha256_Loop" ON "Selections" ("PhotoSha256", "Loop");

CREATE UNIQUE INDEX "IX_Selections_PredictionId_Loop" ON "Selections" ("PredictionId", "Loop");

CREATE INDEX "IX_Selections_WindowId" ON "Selections" ("WindowId") WHERE "WindowId" IS NOT NULL;

CREATE INDEX "IX_Selections_WithoutTask" ON "Selections" ("Id") WHERE NOT "HasTask";

COMMIT;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128211310_Waiting', '10.0.15');

BEGIN TRANSACTION;
UPDATE "Selections" SET "Probability" = NULL WHERE "WindowId" IS NULL AND ("Reason" = 'labelled elsewhere'
    OR "Loop" IN (SELECT "Name" FROM "FeedbackLoops" WHERE "DailyLimit" > 0)
    OR "Loop" IN (SELECT "Loop" FROM "LoopChanges" WHERE "Setting" = 'dailyLimit'));

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128211410_UnknownProbabilities', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
DROP INDEX "IX_Predictions_PendingImage";

DROP INDEX "IX_CollectedImages_ToCopy";

ALTER TABLE "Predictions" ADD "TagsRefusal" TEXT NULL;

CREATE TABLE "Installation" (
    "Number" INTEGER NOT NULL CONSTRAINT "PK_Installation" PRIMARY KEY,
    "Id" TEXT NOT NULL,
    "JoinedAt" INTEGER NOT NULL
);

UPDATE "Predictions" SET "ImageState" = 'Missing' WHERE "ImageState" = 'Lost';

UPDATE "CollectedImages" SET "State" = 'Missing' WHERE "State" = 'Lost';

CREATE INDEX "IX_Predictions_NotStored" ON "Predictions" ("Id") WHERE "ImageState" <> 'Stored';

CREATE INDEX "IX_Predictions_RefusedTags" ON "Predictions" ("Id") WHERE "TagsState" = 'Refused';

CREATE INDEX "IX_CollectedImages_ToCopy" ON "CollectedImages" ("Id") WHERE "State" IN ('Pending', 'Missing');

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261128211806_HonestStores', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "FeedbackLoops" ADD "IsChangeDue" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "AnnotationTasks" ADD "IsTied" INTEGER NOT NULL DEFAULT 0;

UPDATE "FeedbackLoops" SET "IsChangeDue" = TRUE;

UPDATE "AnnotationTasks" SET "IsTied" = TRUE
WHERE "State" IN ('Created', 'Published') AND "Votes" <= (
    SELECT COUNT(DISTINCT l."Person") FROM "HumanLabels" AS l
    WHERE l."TaskId" = "AnnotationTasks"."Id" AND l."EndedAt" IS NULL AND l."AnswerKind" IS NOT NULL
        AND NOT ("AnnotationTasks"."IsBlind" AND l."ShowedAnswer"));

CREATE INDEX "IX_ReadOutputs_ToMove" ON "ReadOutputs" ("Key") WHERE "IsMoveDue";

CREATE INDEX "IX_AnnotationTasks_Tied" ON "AnnotationTasks" ("Id") WHERE "IsTied";

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261129010423_Disputes', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
DROP INDEX "IX_TaskRecalls_Loop_Id";

ALTER TABLE "TaskRecalls" ADD "DoneAt" INTEGER NULL;

CREATE TABLE "SeenAnswers" (
    "Person" TEXT NOT NULL,
    "PhotoSha256" TEXT NOT NULL,
    "PredictionId" TEXT NOT NULL,
    "SeenAt" INTEGER NOT NULL,
    CONSTRAINT "PK_SeenAnswers" PRIMARY KEY ("Person", "PhotoSha256"),
    CONSTRAINT "FK_SeenAnswers_Predictions_PredictionId" FOREIGN KEY ("PredictionId") REFERENCES "Predictions" ("Id") ON DELETE RESTRICT
);

CREATE INDEX "IX_TaskRecalls_Loop_Id" ON "TaskRecalls" ("Loop", "Id") WHERE "DoneAt" IS NULL;

CREATE INDEX "IX_AnnotationTasks_LeasedTo" ON "AnnotationTasks" ("LeasedTo") WHERE "LeasedTo" IS NOT NULL;

CREATE INDEX "IX_SeenAnswers_PredictionId" ON "SeenAnswers" ("PredictionId");

UPDATE "AnnotationTasks" SET "IsRecallDue" = TRUE
WHERE "IsBlind" AND "IsOnPlatform" AND "State" IN ('Created', 'Published', 'Skipped');

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261129012101_SeenAnswers', '10.0.15');

COMMIT;
