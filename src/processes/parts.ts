import { operationRetention } from '../changes/retention.ts';
import { compactionJob } from '../changes/compaction.ts';
import { startFollowing, stopFollowing } from '../changes/follow.ts';
import { registerFollowUps } from '../changes/follow-ups.ts';
import { registerRestorers } from '../changes/undo.ts';
import type { Config } from '../config.ts';
import { openAuditKeys } from '../domains/audit/keys.ts';
import { closeAuditLog } from '../domains/audit/later.ts';
import { openErasures, scrubErased } from '../domains/accounts/erasure.ts';
import { configureErasure } from '../domains/accounts/erasure-preview.ts';
import { configureBelongings } from '../domains/accounts/belongings.ts';
import { savedExports } from '../domains/exports/scheduled/files.ts';
import { exportJob, requestExports } from '../domains/exports/scheduled/jobs.ts';
import { configureImports } from '../domains/imports/settings.ts';
import { sweepUploads } from '../domains/imports/spool.ts';
import { domains } from '../domains.ts';
import { closeBus, openBus } from '../platform/bus.ts';
import { closeDatabase, isEmbedded, openDatabase } from '../platform/database/database.ts';
import { hearErasures } from '../platform/forgetting/erasures.ts';
import { measureOutdatedKeys, requestRewrap, rewrapJob } from '../platform/secrets/key-rotation.ts';
import { openLog } from '../platform/observation/log.ts';
import { closeQueue, openQueue } from '../platform/jobs/queue.ts';
import { closeRequestLog, openRequestLog } from '../platform/observation/request-log.ts';
import { retentionJob } from '../platform/forgetting/retention.ts';
import { openSecrets } from '../platform/secrets/secrets.ts';
import { closeThreads } from '../platform/thread-pool.ts';
import { closeThrottles, openThrottles } from '../platform/throttles.ts';
import { closeVault, openVault } from '../platform/secrets/vault.ts';
import { checkCertificate } from './tls.ts';
import { startWeb } from './web.ts';

type Stop = () => Promise<void> | void;

export type Running = {
  /** The address of the API; undefined for a worker. */
  url: string | undefined;
  /** Stops everything, the last started first. May be called twice. */
  stop: () => Promise<void>;
};

/** Starts the parts of a process in their order. When one fails, those before it are stopped again. */
export async function startParts(config: Config): Promise<Running> {
  const stops: Stop[] = [];
  const stop = async () => {
    for (let each = stops.pop(); each; each = stops.pop()) await each();
  };
  try {
    const url = await start(config, stops);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(config: Config, stops: Stop[]): Promise<string | undefined> {
  openLog(config.logLevel);
  stops.push(closeRequestLog);
  openRequestLog({ isOff: !config.logsRequests });
  checkCertificate(config);
  stops.push(closeDatabase);
  await openDatabase(config);
  openSecrets(config);
  configureImports({
    maxBytes: config.importMaxBytes,
    readyDays: config.retentionDays.imports,
    ...(config.uploadFolder ? { uploadFolder: config.uploadFolder } : {}),
  });
  // The embedded database's folder is this process's alone.
  await sweepUploads(isEmbedded() && config.uploadFolder !== null);
  configureErasure(
    domains.flatMap((domain) => domain.outliving ?? []),
    config.retentionDays,
  );
  configureBelongings(config.exports.folder ? [savedExports(config.exports.folder)] : []);
  stops.push(closeBus);
  openBus(config.redisUrl);
  stops.push(hearErasures(), closeVault);
  await openVault(config);
  measureOutdatedKeys();
  await openAuditKeys();
  stops.push(closeAuditLog, await openErasures(config.dataDir));
  if (isEmbedded()) await scrubErased();
  stops.push(closeThrottles);
  openThrottles({ redisUrl: config.redisUrl, isOff: !config.isThrottled });
  registerFollowUps(
    domains.flatMap((domain) => domain.followUps ?? []),
    config.insightsDebounceSeconds,
  );
  registerRestorers(domains.flatMap((domain) => domain.restorers ?? []));
  stops.push(closeThreads, closeQueue);
  const compaction = compactionJob(
    config.retentionDays.changes,
    domains.flatMap((domain) => domain.lastingTypes ?? []),
  );
  const retention = retentionJob(
    [...domains.flatMap((domain) => domain.retention ?? []), operationRetention],
    config.retentionDays,
  );
  const jobs = domains.flatMap((domain) => domain.jobs ?? []);
  await openQueue([...jobs, compaction, retention, rewrapJob, exportJob(config.exports)], {
    runsJobs: config.runsJobs,
    jobDays: config.retentionDays.jobs,
  });
  await requestRewrap();
  if (config.runsJobs) await requestExports(config.exports);
  if (!config.servesWeb) return undefined;
  stops.push(stopFollowing);
  startFollowing(config.heartbeatSeconds);
  const web = await startWeb(config);
  stops.push(web.stop);
  return web.url;
}
