import type {
  ChangingRelationEvidence,
  CorrelationEvidence,
  EffectEvidence,
  RecommendationEvidence,
} from '../evidence.ts';
import {
  compare,
  formatDifference,
  formatError,
  formatLag,
  formatLevel,
  formatNumber,
  type NamedMetric,
} from './numbers.ts';

/** One plain sentence about a correlation, with the numbers in it. It says what goes together, never what causes what. */
export function describeCorrelation(
  driver: NamedMetric,
  outcome: NamedMetric,
  evidence: Omit<CorrelationEvidence, 'kind'>,
): string {
  const { effect, lagDays } = evidence;
  if (!effect) {
    const direction = compare(evidence.adjustedCoefficient);
    return `On days with more ${driver.name}, ${outcome.name} tends to be ${direction} ${formatLag(lagDays)} (${describeTest(evidence)}).`;
  }
  const direction = compare(effect.adjustedDifference);
  const size = formatDifference(outcome, effect.adjustedDifference);
  return `${describeDays(driver, effect)}, ${outcome.name} is ${size} ${direction} ${formatLag(lagDays)} (${describeGroups(outcome, effect)}; ${describeTest(evidence)}).`;
}

/** One plain sentence about a relation that is not what it was. */
export function describeChangingRelation(
  driver: NamedMetric,
  outcome: NamedMetric,
  { lagDays, verdict, windows, pValue }: Omit<ChangingRelationEvidence, 'kind'>,
): string {
  const [first, last] = [windows[0]!, windows.at(-1)!].map(({ coefficient }) => coefficient.toFixed(2));
  const what = `${driver.name} and ${outcome.name} ${formatLag(lagDays)}`;
  const verb = { FADED: 'no longer go', EMERGED: 'have begun to go', CHANGED: 'go in another way' }[verdict];
  return `${what} ${verb} together (from ${first} to ${last} over ${windows.length} windows of 90 days, ${formatError('p', pValue)}).`;
}

/** One plain sentence about something that may be worth trying. */
export function describeRecommendation(
  driver: NamedMetric,
  outcome: NamedMetric,
  { aim, threshold, lagDays, expectedDifference, habitShare }: Omit<RecommendationEvidence, 'kind'>,
): string {
  const size = `${formatDifference(outcome, expectedDifference)} ${compare(expectedDifference)}`;
  const level = threshold === null ? '' : formatLevel(driver, threshold);
  const aims = {
    AT_LEAST: `at least ${level} of ${driver.name}`,
    BELOW: `less than ${level} of ${driver.name}`,
    YES: driver.name,
    NO: `a day without ${driver.name}`,
  };
  const habit = `${Math.round(habitShare * 100)} % of your last 28 days`;
  return `${aims[aim]} may be worth trying: on such days ${outcome.name} is ${size} ${formatLag(lagDays)}, and it was so on ${habit}.`.replace(
    /^./,
    (letter) => letter.toUpperCase(),
  );
}

function describeDays(driver: NamedMetric, { threshold }: EffectEvidence): string {
  if (threshold === null) return `On days with ${driver.name}`;
  return `On days with at least ${formatLevel(driver, threshold)} of ${driver.name}`;
}

function describeGroups(outcome: NamedMetric, { meanAbove, meanBelow, nAbove, nBelow }: EffectEvidence): string {
  return `${formatLevel(outcome, meanAbove)} on ${nAbove} days against ${formatLevel(outcome, meanBelow)} on ${nBelow}`;
}

function describeTest({ method, adjustedCoefficient, qValue }: Omit<CorrelationEvidence, 'kind'>): string {
  const symbol = method === 'PEARSON' ? 'r' : 'ρ';
  return `${symbol} = ${formatNumber(adjustedCoefficient)} beyond weekday and trend, ${formatError('q', qValue)}`;
}
