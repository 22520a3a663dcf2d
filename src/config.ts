import { join, resolve } from 'node:path';
import { z } from 'zod';

/** What a browser sends as Origin: no path, no closing slash, lower case. Apps in a web view have schemes of their own. */
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text)
    ? URL.parse(text)?.origin === text && !text.includes('*')
    : /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+$/.test(text);

const isEncryptionKey = (text: string): boolean => Buffer.from(text, 'base64').length === 32;

const days = z.coerce.number().min(0).max(36_500);

/** Minute, hour, day, month, day of the week. */
const cronRanges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Five fields of numbers, `*`, ranges and steps. */
function isCron(text: string): boolean {
  const fields = text.split(' ');
  const isIn = (part: string, [from, to]: readonly [number, number]) => {
    const [, first, last = first] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/[1-9]\d?)?$/.exec(part) ?? [];
    if (first === undefined) return /^\*(\/[1-9]\d?)?$/.test(part);
    return Number(first) >= from && Number(first) <= Number(last) && Number(last) <= to;
  };
  const isField = (field: string, i: number) => field.split(',').every((part) => isIn(part, cronRanges[i]!));
  return fields.length === cronRanges.length && fields.every(isField);
}

type ExportSettings = {
  DATA_DIR: string;
  DATABASE_URL?: string | undefined;
  EXPORT_DIR?: string | undefined;
  EXPORT_SCHEDULE?: string | undefined;
  EXPORT_KEEP: string;
};

/** Where scheduled exports go, and when. The folder is known also when there are none: what lies there goes with an account. */
function toExportPlan(s: ExportSettings) {
  const ownFolder = s.DATA_DIR.startsWith('memory://') ? null : join(resolve(s.DATA_DIR), 'exports');
  const folder = s.EXPORT_DIR ? resolve(s.EXPORT_DIR) : ownFolder;
  const schedule = s.EXPORT_SCHEDULE ?? (s.DATABASE_URL && !s.EXPORT_DIR ? 'off' : '25 * * * *');
  const [keptDays, weeks, months] = s.EXPORT_KEEP.split(',').map(Number) as [number, number, number];
  return { folder, schedule: folder && schedule !== 'off' ? schedule : null, keep: { days: keptDays, weeks, months } };
}

/**
 * Every setting there is, read from the environment here and nowhere else. All have defaults, except the secrets in
 * production.
 */
const settings = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    /** Address to listen on. Only this machine unless told otherwise. */
    HOST: z.string().default('127.0.0.1'),
    /** Port to listen on; 0 takes a free one. */
    PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
    /** Where the embedded database and generated secrets live. */
    DATA_DIR: z.string().default('./data'),
    /** A PostgreSQL server (15 or newer) instead of the embedded database. */
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    /** Connections to that server. The embedded database always has one. */
    DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
    /** A Redis server (7 or newer): needed as soon as several processes share one database. */
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    /** Which part this process plays: the API, the background jobs, or both. */
    ROLE: z.enum(['all', 'web', 'worker']).default('all'),
    /** Seconds that changes are gathered before an analysis runs. */
    INSIGHTS_DEBOUNCE_SECONDS: z.coerce.number().min(0).max(86_400).default(10),
    /** Largest file an import takes, in bytes. */
    IMPORT_MAX_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(2 * 1024 ** 3),
    /**
     * Days after which the change log forgets what newer changes have superseded: how long history, undo and a device
     * that was away reach back. 0 keeps everything.
     */
    CHANGE_LOG_DAYS: days.default(400),
    /** Days that ended sessions are kept: long enough to ask about a device that one does not remember. 0 keeps them. */
    SESSION_DAYS: days.default(30),
    /** Days that finished jobs are kept: apps look at them while they run, operators after a failure. 0 keeps them. */
    JOB_DAYS: days.default(7),
    /**
     * Days that outcomes of devices' queued operations are kept: one that comes again later than that is done again. As long
     * as the change log by default, so that a device which may go on by it is not doubled. 0 keeps them as long as the log.
     */
    OPERATION_DAYS: days.default(400),
    /** Days that an uploaded and checked file waits to be applied. 0 lets it wait for ever. */
    IMPORT_DAYS: days.default(7),
    /** Days that the audit log is kept, of erased accounts too. 0 keeps it. */
    AUDIT_DAYS: days.default(400),
    /** Where a file of each person's data is written, every day on which something has changed. Below DATA_DIR by default. */
    EXPORT_DIR: z.string().optional(),
    /**
     * When it is looked who has no file of the day yet: cron, UTC, or 'off'. Every hour by default, because no laptop is on at
     * a certain one; off when the database is a server, which has backups of its own, and EXPORT_DIR is not set.
     */
    EXPORT_SCHEDULE: z
      .string()
      .refine((text) => text === 'off' || isCron(text), "must be like '25 * * * *', or off")
      .optional(),
    /** Of how many days, weeks and months the newest file is kept. */
    EXPORT_KEEP: z
      .string()
      .regex(/^[1-9]\d{0,3},\d{1,4},\d{1,4}$/, 'must be like 7,4,12: days, weeks and months, at least one day')
      .default('7,4,12'),
    /** Seconds between two looks at what a lost wake-up may have hidden: new changes, ended sessions. */
    HEARTBEAT_SECONDS: z.coerce.number().positive().max(60).default(3),
    /** Whether requests are throttled. 'off' is for tests and measurements. */
    RATE_LIMIT: z.enum(['on', 'off']).default('on'),
    /**
     * How many proxies stand in front, each of which appends to X-Forwarded-For. With 0 the header is not believed and the
     * address of a client is that of its connection.
     */
    TRUST_PROXY: z.coerce.number().int().min(0).max(16).default(0),
    /** A certificate (PEM, with its chain) and its key, to serve HTTPS without a proxy. Looked at again every minute. */
    TLS_CERT_FILE: z.string().optional(),
    TLS_KEY_FILE: z.string().optional(),
    /** Origins whose pages may use the API besides our own, exact and separated by commas: https://app.example.org */
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean),
      )
      .refine(
        (origins) => origins.every(isOrigin),
        'must be origins like https://app.example.org, separated by commas',
      ),
    /** Opens /metrics to who sends it as a Bearer token. Without it, in development only, to this machine. */
    METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
    /** Whether each request gets a line in the log. By default in production. */
    LOG_REQUESTS: z.enum(['on', 'off']).optional(),
    /** Seconds at SIGTERM in which requests are still taken while /health/ready says no, so that a balancer can look away. */
    DRAIN_SECONDS: z.coerce.number().min(0).max(5).default(0),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    /** Signs tokens and links: at least 32 bytes. Generated into DATA_DIR outside production. */
    JWT_SECRET: z
      .string()
      .refine((s) => Buffer.byteLength(s) >= 32, 'must have at least 32 bytes')
      .optional(),
    /**
     * Further secrets, separated by commas, whose tokens are taken as well: a new one before all processes know it, an old
     * one until what it signed has ended.
     */
    JWT_SECRET_ACCEPTED: z
      .string()
      .transform((s) => s.split(','))
      .refine((all) => all.every((s) => Buffer.byteLength(s) >= 32), 'each must have at least 32 bytes')
      .optional(),
    /** Seals what must not lie open in the database: 32 bytes in base64. Generated into DATA_DIR outside production. */
    ENCRYPTION_KEY: z.string().refine(isEncryptionKey, 'must be 32 bytes in base64').optional(),
    /**
     * Further such keys, separated by commas, whose seals are opened as well: a new one before all processes know it, an
     * old one until nothing is sealed under it any more.
     */
    ENCRYPTION_KEYS_ACCEPTED: z
      .string()
      .transform((s) => s.split(','))
      .refine((all) => all.every(isEncryptionKey), 'each must be 32 bytes in base64')
      .optional(),
  })
  .refine((s) => s.ROLE === 'all' || s.DATABASE_URL, {
    path: ['ROLE'],
    message: 'web and worker in processes of their own need a server: set DATABASE_URL, or leave ROLE=all',
  })
  .refine((s) => Boolean(s.TLS_CERT_FILE) === Boolean(s.TLS_KEY_FILE), {
    path: ['TLS_CERT_FILE'],
    message: 'TLS_CERT_FILE and TLS_KEY_FILE are needed together, or neither',
  })
  .superRefine((s, context) => {
    if (s.NODE_ENV !== 'production') return;
    for (const name of ['JWT_SECRET', 'ENCRYPTION_KEY'] as const) {
      if (!s[name]) context.addIssue({ code: 'custom', path: [name], message: 'is required when NODE_ENV=production' });
    }
  })
  .transform((s) => ({
    isProduction: s.NODE_ENV === 'production',
    host: s.HOST,
    port: s.PORT,
    dataDir: s.DATA_DIR.startsWith('memory://') ? s.DATA_DIR : resolve(s.DATA_DIR),
    databaseUrl: s.DATABASE_URL,
    databasePoolSize: s.DATABASE_POOL_SIZE,
    redisUrl: s.REDIS_URL,
    servesWeb: s.ROLE !== 'worker',
    runsJobs: s.ROLE !== 'web',
    insightsDebounceSeconds: s.INSIGHTS_DEBOUNCE_SECONDS,
    importMaxBytes: s.IMPORT_MAX_BYTES,
    /** Where uploads lie while they are read; null: a folder of the system's for what is passing. */
    uploadFolder: s.DATA_DIR.startsWith('memory://') ? null : join(resolve(s.DATA_DIR), 'uploads'),
    exports: toExportPlan(s),
    retentionDays: {
      changes: s.CHANGE_LOG_DAYS,
      sessions: s.SESSION_DAYS,
      jobs: s.JOB_DAYS,
      operations: s.OPERATION_DAYS,
      imports: s.IMPORT_DAYS,
      audit: s.AUDIT_DAYS,
    },
    heartbeatSeconds: s.HEARTBEAT_SECONDS,
    isThrottled: s.RATE_LIMIT === 'on',
    trustedProxies: s.TRUST_PROXY,
    tls: s.TLS_CERT_FILE && s.TLS_KEY_FILE ? { certFile: s.TLS_CERT_FILE, keyFile: s.TLS_KEY_FILE } : undefined,
    allowedOrigins: new Set(s.ALLOWED_ORIGINS),
    metricsToken: s.METRICS_TOKEN,
    drainSeconds: s.DRAIN_SECONDS,
    logLevel: s.LOG_LEVEL,
    logsRequests: s.LOG_REQUESTS ? s.LOG_REQUESTS === 'on' : s.NODE_ENV === 'production',
    jwtSecret: s.JWT_SECRET,
    jwtSecretsAccepted: s.JWT_SECRET_ACCEPTED ?? [],
    encryptionKey: s.ENCRYPTION_KEY,
    encryptionKeysAccepted: s.ENCRYPTION_KEYS_ACCEPTED ?? [],
  }));

export type Config = z.output<typeof settings>;

/** The settings are wrong; the message names each one and says why. */
export class ConfigError extends Error {}

/**
 * The process's settings, validated.
 * @param environment variables to read; the process's own by default
 * @throws ConfigError
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  // An empty variable is an unset one: that is what people mean by `REDIS_URL=`.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = settings.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`These settings cannot be used:\n${lines.join('\n')}`);
}
