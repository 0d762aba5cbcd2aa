# Debian, not Alpine: argon2, sharp and Temporal's core ship programs for glibc.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM ${NODE_IMAGE}
# Temporal's core looks for the system's certificates when it speaks TLS; ffmpeg reads and writes videos.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates ffmpeg && rm -rf /var/lib/apt/lists/*
# docker build --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse HEAD) -t cratesocial:0.1.0 .
ARG VERSION=development
ARG REVISION=unknown
LABEL org.opencontainers.image.title="CrateSocial" \
      org.opencontainers.image.description="Schedule, publish and measure posts on the accounts you own" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN install -d -o node -g node /data /data/media /data/tmp /backups
VOLUME /data /backups
USER node
EXPOSE 3000
CMD ["node", "dist/server.js"]
