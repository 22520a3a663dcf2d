import type { Insight } from '../../../generated/prisma/client.ts';
import { FALSE_DISCOVERY_RATE } from '../../analysis/engine/families.ts';
import { MAX_Q_VALUE } from '../../analysis/recommendations/recommendations.ts';
import { toDay } from '../../kernel/civil-time.ts';
import type { NewInsight } from './evidence.ts';
import { retellQValue } from './sentences/numbers.ts';

/** A q-value or a family may be off by a twentieth of what was written. */
const TOLERANCE = 0.05;
/**
 * Error rates that something hangs on: what is let through at all, what may be recommended, and below which no sentence
 * tells the exact rate.
 */
const PROMISES = [FALSE_DISCOVERY_RATE, MAX_Q_VALUE, 0.001];

type Content = Omit<NewInsight, 'key'>;
/** What depends on all the other tests of the family too: one entry moves it a little for every finding there is. */
type Standing = { qValue: number | null; familySize: number | null; error: number };

/**
 * Whether a person would be told the same by what is kept as by what was found.
 *
 * The finding's own numbers have to be the same to the last bit, and so has the sentence, its q-value aside. Its standing in the
 * family of tests (q-value, family size, and confidence, which is one minus the q-value) may have moved by a twentieth of what is
 * kept, if it has not crossed a rate that something hangs on. It is compared with what is *kept*, which stays as it is until
 * it is written: however many small moves there are, what is kept is never further off than that.
 */
export function tellsTheSame(kept: Insight, found: NewInsight): boolean {
  const before = toContent(kept);
  const [was, is] = [toStanding(before), toStanding(found)];
  const isFarOff =
    !isNear(was.error, is.error) || !isNear(was.qValue, is.qValue) || !isNear(was.familySize, is.familySize);
  if (isFarOff || sideOf(was) !== sideOf(is)) return false;
  return isSameJson(withoutStanding(before, was), withoutStanding(found, was));
}

const toContent = ({ rangeFrom, rangeTo, evidence, ...rest }: Insight): Content => ({
  ...(rest as Pick<Content, 'type' | 'title' | 'confidence' | 'metricIds'>),
  range: { from: toDay(rangeFrom), to: toDay(rangeTo) },
  evidence: evidence as unknown as Content['evidence'],
});

function toStanding({ evidence, confidence }: Content): Standing {
  const qValue = 'qValue' in evidence ? evidence.qValue : null;
  return { qValue, familySize: 'familySize' in evidence ? evidence.familySize : null, error: 1 - confidence };
}

/** Confidence, one less a rate, shows nothing smaller than the epsilon. */
function isNear(kept: number | null, found: number | null): boolean {
  if (kept === null || found === null || kept === found) return kept === found;
  return Math.abs(found - kept) <= TOLERANCE * Math.abs(kept) + Number.EPSILON;
}

const sideOf = ({ qValue, error }: Standing): number => PROMISES.filter((rate) => (qValue ?? error) <= rate).length;

/** @param told the standing to be told in the sentence in place of its own, so that only other words make a difference */
function withoutStanding({ type, title, range, metricIds, evidence }: Content, told: Standing): unknown {
  const { qValue, familySize: _, ...own } = { qValue: null, familySize: null, ...evidence };
  const words = qValue === null || told.qValue === null ? title : retellQValue(title, qValue, told.qValue);
  return [type, words, range, metricIds, own];
}

/** Whether the database would give back the same: it keeps no undefined, in JSON no -0, and no order of keys. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return (
    Object.keys(one).every((key) => isSameJson(one[key], other[key])) &&
    Object.keys(other).every((key) => key in one || other[key] === undefined)
  );
}
