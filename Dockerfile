# Build: everything, to generate the database client and the kernels of the analysis; then the development dependencies go.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY prisma.config.ts ./
COPY prisma ./prisma
COPY scripts/generate.ts ./scripts/generate.ts
COPY src/analysis/kernels/wasm ./src/analysis/kernels/wasm
# "optional" and "peer" too: the ORM's command line is an optional peer of its client, and would stay.
RUN node scripts/generate.ts && npm prune --omit=dev --omit=optional --omit=peer

# Run: sources (Node strips the types itself), migrations, generated client, and what they need.
FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/generated ./generated
COPY package.json ./
COPY prisma/migrations ./prisma/migrations
COPY src ./src
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
# A worker has no address; it is healthy as long as its process runs.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD \
  ["node", "-e", "if (process.env.ROLE === 'worker') process.exit(0); fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "src/main.ts"]
