# A worker with its engine. Build from the root of the repository:
#   docker build -f deploy/docker/worker.Dockerfile -t corral-worker .
# The engine's binaries for CPU, CUDA and Vulkan are in it; CUDA needs the NVIDIA container toolkit
# on the host (`docker compose --profile gpu up`).
FROM node:24.12.0-bookworm-slim AS build
ENV CI=true TURBO_TELEMETRY_DISABLED=1
RUN npm install --global pnpm@12.21.0
WORKDIR /corral
COPY . .
RUN pnpm install --frozen-lockfile \
 && pnpm exec turbo run build --filter=@corral/worker... --filter=@corral/engine...

# The same places with the packages that run, without those that build.
FROM build AS production
RUN rm -rf node_modules apps/*/node_modules libs/*/node_modules \
 && pnpm install --prod --frozen-lockfile --filter-prod=@corral/worker... --filter-prod=@corral/engine...

FROM node:24.12.0-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 libvulkan1 \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node -m 0700 /var/lib/corral
ENV NODE_ENV=production \
    CORRAL_HOME=/var/lib/corral
WORKDIR /corral
COPY --from=production /corral/node_modules node_modules
COPY --from=production /corral/libs libs
COPY --from=production /corral/apps/engine apps/engine
COPY --from=production /corral/apps/worker apps/worker
COPY deploy/docker/worker-health.mjs ./
USER node
VOLUME /var/lib/corral
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "worker-health.mjs"]
CMD ["node", "apps/worker/dist/main.js"]
