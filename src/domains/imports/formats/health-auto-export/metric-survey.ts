import { BrokenFileError } from '../../broken-file.ts';
import { importLimits } from '../../input.ts';
import { tidyTime } from '../apple-health/health-calendar.ts';
import { quantities, type Quantity } from '../apple-health/quantities.ts';
import { converterOf, type Convert } from '../apple-health/units.ts';
import { kindOf, type PointKind } from './metric-names.ts';
import { readJsonValues, type JsonValue } from '../../json-values.ts';

/** What has to be known of a metric before its points are read, and may stand behind them. */
export type SurveyedMetric = {
  name: string;
  units: string;
  kind: PointKind;
  quantity: Quantity | null;
  /** How its numbers become those of the quantity; null when its unit does not fit. */
  convert: Convert | null;
  /**
   * Whether the points are sums or means of a minute, an hour or a day, in which the app has put the devices together already.
   * Health Auto Export does not say so: the points of devices begin at any second, and no point of theirs has two sources.
   */
  isSummarised: boolean;
  /** Whether each point stands for a day. */
  isDaily: boolean;
};

const patterns = [
  ['data', 'metrics', '*', 'name'],
  ['data', 'metrics', '*', 'units'],
  ['data', 'metrics', '*', 'data', '*', 'date'],
  ['data', 'metrics', '*', 'data', '*', 'source'],
];

type Draft = { name: string; units: string; hasSeconds: boolean; hasTimes: boolean; isMixed: boolean };

/** The metrics of a file, by their places in it. @throws BrokenFileError when it is no JSON */
export async function surveyMetrics(text: AsyncIterable<string>): Promise<SurveyedMetric[]> {
  const drafts: Draft[] = [];
  for await (const values of readJsonValues(text, patterns)) for (const value of values) take(drafts, value);
  return drafts.map(finish);
}

function take(drafts: Draft[], { path, value }: JsonValue): void {
  const place = Number(path[2]);
  if (place >= importLimits.metrics)
    throw new BrokenFileError(`The file has more than ${importLimits.metrics} metrics.`);
  // A metric without a name leaves its place empty otherwise.
  while (drafts.length <= place)
    drafts.push({ name: '', units: '', hasSeconds: false, hasTimes: false, isMixed: false });
  const draft = drafts[place]!;
  const text = typeof value === 'string' ? value : '';
  const field = path.at(-1);
  if (path.length === 4 && field === 'name') draft.name = text;
  else if (path.length === 4) draft.units = text;
  else if (field === 'source') draft.isMixed ||= text.includes('|');
  else {
    const time = tidyTime(text)?.slice(11, 19) ?? '00:00:00';
    draft.hasSeconds ||= !time.endsWith(':00');
    draft.hasTimes ||= time !== '00:00:00';
  }
}

function finish({ name, units, hasSeconds, hasTimes, isMixed }: Draft): SurveyedMetric {
  const { kind, quantity: quantityName } = kindOf(name);
  const quantity = quantityName ? quantities[quantityName] : null;
  return {
    name,
    units,
    kind,
    quantity,
    convert: quantity ? converterOf(quantity.dimension, units) : null,
    isSummarised: isMixed || !hasSeconds,
    isDaily: !hasTimes,
  };
}
