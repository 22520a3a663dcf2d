import type { Domain } from './kernel/define-domain.ts';
import { accounts } from './domains/accounts/domain.ts';
import { audit } from './domains/audit/domain.ts';
import { entries } from './domains/entries/domain.ts';
import { exports } from './domains/exports/domain.ts';
import { imports } from './domains/imports/domain.ts';
import { insights } from './domains/insights/domain.ts';
import { jobs } from './domains/jobs/domain.ts';
import { metrics } from './domains/metrics/domain.ts';

/** Every domain there is: a new one is a folder and a line here. */
export const domains: readonly Domain[] = [accounts, metrics, entries, jobs, insights, imports, exports, audit];
