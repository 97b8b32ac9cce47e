-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "current_revision_id" TEXT,
ADD COLUMN     "idle_timeout_s" INTEGER,
ADD COLUMN     "max_replicas" INTEGER,
ADD COLUMN     "min_replicas" INTEGER,
ADD COLUMN     "placement" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "unloaded_at" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "node" ADD COLUMN     "cordoned_at" TIMESTAMP(3),
ADD COLUMN     "drained_at" TIMESTAMP(3),
ADD COLUMN     "enrolled_at" TIMESTAMP(3),
ADD COLUMN     "labels" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "nats_public_key" TEXT,
ADD COLUMN     "polite" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "revoked_at" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "replica" ADD COLUMN     "reserved" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "request_usage" ADD COLUMN     "routing" TEXT;

-- CreateTable
CREATE TABLE "join_token" (
    "id" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMP(3) NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "used_at" TIMESTAMP(3),
    "used_by_node" TEXT,

    CONSTRAINT "join_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_alias" (
    "name" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,

    CONSTRAINT "deployment_alias_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "rollout" (
    "id" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "from_revision_id" TEXT NOT NULL,
    "to_revision_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "strategy" JSONB NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "step_started_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "weight" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "created_by" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMP(3),

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout_event" (
    "id" TEXT NOT NULL,
    "rollout_id" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "message" TEXT NOT NULL,

    CONSTRAINT "rollout_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memory_margin" (
    "model_digest" TEXT NOT NULL,
    "context_tokens" INTEGER NOT NULL,
    "kv_cache_type" TEXT NOT NULL,
    "device_kind" TEXT NOT NULL,
    "estimate_bytes" BIGINT NOT NULL,
    "measured_bytes" BIGINT NOT NULL,
    "samples" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memory_margin_pkey" PRIMARY KEY ("model_digest","context_tokens","kv_cache_type","device_kind")
);

-- CreateIndex
CREATE UNIQUE INDEX "join_token_secret_hash_key" ON "join_token"("secret_hash");

-- CreateIndex
CREATE INDEX "deployment_alias_deployment_id_idx" ON "deployment_alias"("deployment_id");

-- CreateIndex
CREATE INDEX "rollout_deployment_id_created_at_idx" ON "rollout"("deployment_id", "created_at");

-- CreateIndex
CREATE INDEX "rollout_event_rollout_id_at_idx" ON "rollout_event"("rollout_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "node_nats_public_key_key" ON "node"("nats_public_key");

-- AddForeignKey
ALTER TABLE "deployment_alias" ADD CONSTRAINT "deployment_alias_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_event" ADD CONSTRAINT "rollout_event_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;
