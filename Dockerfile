# syntax=docker/dockerfile:1
# One image for every service; the argument says which: contract, projection, feedback, standalone, or `tutti …`.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /src
COPY . .
# No package needs its install script, and none gets to run one.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
RUN npx tsc -b && node infra/image/assemble.mjs /app
WORKDIR /app
# The compiler is there for a plug-in of Nest that nothing uses.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/.package-lock.json node_modules/.bin node_modules/typescript node_modules/@typescript

FROM node:${NODE_VERSION}-bookworm-slim
LABEL org.opencontainers.image.title="tutti" \
      org.opencontainers.image.description="An event-sourced coordination backbone: contract, projection, feedback" \
      org.opencontainers.image.licenses="Apache-2.0"
# Nothing is installed at run time.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
# Inside a container the address of the container is meant; who may reach it is said by published ports.
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    TUTTI_HOST=0.0.0.0 \
    TUTTI_PORT=4400
WORKDIR /app
COPY --from=build /app /app
# Standalone alone writes: its SQLite files, in a volume.
RUN install -d -o 1000 -g 1000 /data
USER 1000:1000
EXPOSE 4400
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "/app/infra/image/health.mjs", "live"]
ENTRYPOINT ["node", "/app/infra/image/service.mjs"]
CMD ["contract"]
