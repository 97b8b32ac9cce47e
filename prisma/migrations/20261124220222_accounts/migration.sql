-- CreateTable
CREATE TABLE "organisation" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMP(3),

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "invited_by_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMP(3) NOT NULL,
    "accepted_at" TIMESTAMP(3),
    "revoked_at" TIMESTAMP(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key_secret" (
    "public_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "last_four" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMP(3),

    CONSTRAINT "api_key_secret_pkey" PRIMARY KEY ("public_id")
);

-- CreateTable
CREATE TABLE "quota" (
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "limits" JSONB NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "quota_pkey" PRIMARY KEY ("subject_kind","subject_id")
);

-- CreateTable
CREATE TABLE "quota_counter" (
    "id" TEXT NOT NULL,
    "used" BIGINT NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMP(3),

    CONSTRAINT "quota_counter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quota_lease" (
    "controller_id" TEXT NOT NULL,
    "counter_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "quota_lease_pkey" PRIMARY KEY ("controller_id","counter_id")
);

-- CreateTable
CREATE TABLE "controller_presence" (
    "controller_id" TEXT NOT NULL,
    "seen_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "controller_presence_pkey" PRIMARY KEY ("controller_id")
);

-- CreateTable
CREATE TABLE "open_request" (
    "request_id" TEXT NOT NULL,
    "controller_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "opened" JSONB NOT NULL,

    CONSTRAINT "open_request_pkey" PRIMARY KEY ("request_id")
);

-- CreateTable
CREATE TABLE "orphaned_generation" (
    "generation_id" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "node_id" TEXT NOT NULL,
    "replica_id" TEXT NOT NULL,
    "prompt_tokens" INTEGER NOT NULL,
    "cached_tokens" INTEGER NOT NULL,
    "completion_tokens" INTEGER NOT NULL,
    "prefill_ms" INTEGER NOT NULL,
    "decode_ms" INTEGER NOT NULL,
    "device_ms" INTEGER NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "orphaned_generation_pkey" PRIMARY KEY ("generation_id")
);

-- CreateTable
CREATE TABLE "usage_hour" (
    "hour" TIMESTAMP(3) NOT NULL,
    "team_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "deployment" TEXT NOT NULL,
    "node_id" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,
    "prompt_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "completion_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "wasted_tokens" BIGINT NOT NULL,
    "device_ms" BIGINT NOT NULL,
    "millijoules" BIGINT NOT NULL,
    "local_microdollars" BIGINT NOT NULL,
    "energy_microdollars" BIGINT NOT NULL,
    "cloud_microdollars" BIGINT NOT NULL,
    "compared_requests" INTEGER NOT NULL,
    "compared_microdollars" BIGINT NOT NULL,

    CONSTRAINT "usage_hour_pkey" PRIMARY KEY ("hour","team_id","user_id","key_id","deployment","node_id")
);

-- CreateTable
CREATE TABLE "usage_day" (
    "day" TIMESTAMP(3) NOT NULL,
    "team_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "deployment" TEXT NOT NULL,
    "node_id" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,
    "prompt_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "completion_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "wasted_tokens" BIGINT NOT NULL,
    "device_ms" BIGINT NOT NULL,
    "millijoules" BIGINT NOT NULL,
    "local_microdollars" BIGINT NOT NULL,
    "energy_microdollars" BIGINT NOT NULL,
    "cloud_microdollars" BIGINT NOT NULL,
    "compared_requests" INTEGER NOT NULL,
    "compared_microdollars" BIGINT NOT NULL,

    CONSTRAINT "usage_day_pkey" PRIMARY KEY ("day","team_id","user_id","key_id","deployment","node_id")
);

-- CreateTable
CREATE TABLE "cloud_price" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "input_per_mtok" BIGINT NOT NULL,
    "cached_input_per_mtok" BIGINT,
    "output_per_mtok" BIGINT NOT NULL,
    "open_weights" BOOLEAN NOT NULL,
    "valid_from" TIMESTAMP(3) NOT NULL,
    "source" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cloud_price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_reference" (
    "deployment" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,

    CONSTRAINT "deployment_reference_pkey" PRIMARY KEY ("deployment","position")
);

-- CreateTable
CREATE TABLE "node_price" (
    "id" TEXT NOT NULL,
    "node_id" TEXT NOT NULL,
    "valid_from" TIMESTAMP(3) NOT NULL,
    "purchase_microdollars" BIGINT,
    "life_months" INTEGER,
    "purchased_at" TIMESTAMP(3),
    "rent_microdollars_per_hour" BIGINT,
    "load_watts" INTEGER NOT NULL,
    "idle_watts" INTEGER NOT NULL,
    "microdollars_per_kwh" BIGINT NOT NULL,
    "pue_thousandths" INTEGER NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "node_price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_email" TEXT,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "request_id" TEXT,
    "address" TEXT,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- Everyone and everything that is there already belongs to the first team.
INSERT INTO "organisation" ("id", "name") VALUES ('organisation', 'Our organisation');
INSERT INTO "team" ("id", "name") VALUES ('default', 'Everyone');

ALTER TABLE "user" ADD COLUMN     "disabled_at" TIMESTAMP(3),
ADD COLUMN     "team_id" TEXT NOT NULL DEFAULT 'default';

-- A key keeps its identity, and its secret becomes the first of its secrets.
INSERT INTO "api_key_secret" ("public_id", "key_id", "secret_hash", "last_four", "created_at", "expires_at")
SELECT "public_id", "id", "secret_hash", "last_four", "created_at", "expires_at" FROM "api_key";

DROP INDEX "api_key_public_id_key";
ALTER TABLE "api_key" DROP COLUMN "expires_at",
DROP COLUMN "last_four",
DROP COLUMN "public_id",
DROP COLUMN "secret_hash",
ADD COLUMN     "scopes" TEXT[] DEFAULT ARRAY['generate', 'models']::TEXT[],
ADD COLUMN     "team_id" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN     "user_id" TEXT;
ALTER TABLE "api_key" ALTER COLUMN "team_id" DROP DEFAULT;

-- Earlier rows were not priced, and their device time was not measured.
ALTER TABLE "request_usage" ADD COLUMN     "cloud_microdollars" BIGINT,
ADD COLUMN     "cloud_price_id" TEXT,
ADD COLUMN     "device_ms" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "energy_microdollars" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "local_microdollars" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "millijoules" BIGINT,
ADD COLUMN     "reasoning_tokens" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "team_id" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN     "user_id" TEXT NOT NULL DEFAULT '';
ALTER TABLE "request_usage" ALTER COLUMN "device_ms" DROP DEFAULT,
ALTER COLUMN "energy_microdollars" DROP DEFAULT,
ALTER COLUMN "local_microdollars" DROP DEFAULT,
ALTER COLUMN "reasoning_tokens" DROP DEFAULT,
ALTER COLUMN "team_id" DROP DEFAULT,
ALTER COLUMN "user_id" DROP DEFAULT;

-- What was recorded before is in the roll-ups too.
INSERT INTO "usage_hour"
SELECT date_trunc('hour', "created_at"), "team_id", "user_id", "key_id", "deployment", coalesce("node_id", ''),
  count(*), count(*) FILTER (WHERE "status" = 'failed'), count(*) FILTER (WHERE "status" = 'cancelled'),
  sum("prompt_tokens"), sum("cached_tokens"), sum("completion_tokens"), 0, sum("wasted_tokens"), 0, 0, 0, 0, 0, 0, 0
FROM "request_usage" GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO "usage_day"
SELECT date_trunc('day', "created_at"), "team_id", "user_id", "key_id", "deployment", coalesce("node_id", ''),
  count(*), count(*) FILTER (WHERE "status" = 'failed'), count(*) FILTER (WHERE "status" = 'cancelled'),
  sum("prompt_tokens"), sum("cached_tokens"), sum("completion_tokens"), 0, sum("wasted_tokens"), 0, 0, 0, 0, 0, 0, 0
FROM "request_usage" GROUP BY 1, 2, 3, 4, 5, 6;

-- CreateIndex
CREATE UNIQUE INDEX "team_name_key" ON "team"("name");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_token_hash_key" ON "invitation"("token_hash");

-- CreateIndex
CREATE INDEX "invitation_team_id_idx" ON "invitation"("team_id");

-- CreateIndex
CREATE INDEX "api_key_secret_key_id_idx" ON "api_key_secret"("key_id");

-- CreateIndex
CREATE INDEX "quota_counter_expires_at_idx" ON "quota_counter"("expires_at");

-- CreateIndex
CREATE INDEX "quota_lease_counter_id_idx" ON "quota_lease"("counter_id");

-- CreateIndex
CREATE INDEX "open_request_controller_id_idx" ON "open_request"("controller_id");

-- CreateIndex
CREATE INDEX "orphaned_generation_request_id_idx" ON "orphaned_generation"("request_id");

-- CreateIndex
CREATE INDEX "usage_hour_team_id_hour_idx" ON "usage_hour"("team_id", "hour");

-- CreateIndex
CREATE INDEX "usage_day_team_id_day_idx" ON "usage_day"("team_id", "day");

-- CreateIndex
CREATE UNIQUE INDEX "cloud_price_provider_model_valid_from_key" ON "cloud_price"("provider", "model", "valid_from");

-- CreateIndex
CREATE UNIQUE INDEX "node_price_node_id_valid_from_key" ON "node_price"("node_id", "valid_from");

-- CreateIndex
CREATE INDEX "audit_entry_created_at_id_idx" ON "audit_entry"("created_at", "id");

-- CreateIndex
CREATE INDEX "audit_entry_subject_kind_subject_id_idx" ON "audit_entry"("subject_kind", "subject_id");

-- CreateIndex
CREATE INDEX "api_key_team_id_idx" ON "api_key"("team_id");

-- CreateIndex
CREATE INDEX "api_key_user_id_idx" ON "api_key"("user_id");

-- CreateIndex
CREATE INDEX "request_usage_team_id_request_id_idx" ON "request_usage"("team_id", "request_id");

-- CreateIndex
CREATE INDEX "request_usage_user_id_request_id_idx" ON "request_usage"("user_id", "request_id");

-- CreateIndex
CREATE INDEX "user_team_id_idx" ON "user"("team_id");

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_secret" ADD CONSTRAINT "api_key_secret_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;
