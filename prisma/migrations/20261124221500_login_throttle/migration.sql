-- CreateTable
CREATE TABLE "login_throttle" (
    "key" TEXT NOT NULL,
    "tries" INTEGER NOT NULL,
    "free_at" TIMESTAMP(3) NOT NULL,
    "expires_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "login_throttle_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "login_throttle_expires_at_idx" ON "login_throttle"("expires_at");
