# The controller with the console it serves. Build from the root of the repository:
#   docker build -f deploy/docker/controller.Dockerfile -t corral-controller .
FROM node:24.12.0-bookworm-slim AS build
ENV CI=true NEXT_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1
RUN npm install --global pnpm@12.21.0
WORKDIR /corral
COPY . .
RUN pnpm install --frozen-lockfile \
 && pnpm exec turbo run build --filter=@corral/controller... --filter=@corral/console...

# The same places with the packages that run, without those that build.
FROM build AS production
RUN rm -rf node_modules apps/*/node_modules libs/*/node_modules \
 && pnpm install --prod --frozen-lockfile --filter-prod=@corral/controller...

FROM node:24.12.0-bookworm-slim
ENV NODE_ENV=production \
    CORRAL_HOST=0.0.0.0 \
    CORRAL_PORT=7070 \
    CORRAL_SPOOL_DIR=/var/lib/corral/spool
WORKDIR /corral
COPY --from=production /corral/node_modules node_modules
COPY --from=production /corral/prisma prisma
COPY --from=production /corral/libs libs
COPY --from=production /corral/apps/controller apps/controller
COPY --from=build /corral/apps/console/out apps/console/out
RUN install -d -o node -g node /var/lib/corral
VOLUME /var/lib/corral
USER node
EXPOSE 7070
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.CORRAL_PORT + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/controller/dist/main.js"]
