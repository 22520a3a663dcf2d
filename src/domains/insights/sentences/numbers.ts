/** What a sentence needs to know of a metric. */
export type NamedMetric = { name: string; unit: string | null; type: string };

/** Three significant digits. */
export const formatNumber = (value: number): string => String(Number(value.toPrecision(3)));

/** A level of the metric in words a person reads: 7 h 30 min, 64 %, 71.5 kg. */
export function formatLevel(metric: NamedMetric, value: number): string {
  if (metric.type === 'BINARY') return formatShare(value);
  if (metric.type === 'DURATION') return formatDuration(value);
  return withUnit(metric, formatNumber(value));
}

/** A difference without its sign; between shares it is told in points. */
export const formatDifference = (metric: NamedMetric, difference: number): string =>
  metric.type === 'BINARY'
    ? `${formatNumber(Math.abs(difference) * 100)} points`
    : formatLevel(metric, Math.abs(difference));

/** higher, lower. */
export const compare = (difference: number): string => (difference < 0 ? 'lower' : 'higher');

/** An error rate; below a thousandth its exact size says nothing. */
export const formatError = (name: string, value: number): string =>
  value < 0.001 ? `${name} < 0.001` : `${name} = ${formatNumber(value)}`;

/** The same sentence with another q-value; as it is when it does not end with its own, in brackets. */
export function retellQValue(sentence: string, own: number, other: number): string {
  const [end, otherEnd] = [own, other].map((value) => `${formatError('q', value)}).`) as [string, string];
  return sentence.endsWith(end) ? sentence.slice(0, -end.length) + otherEnd : sentence;
}

/** When the outcome follows the driver. */
export function formatLag(lagDays: number): string {
  if (lagDays === 0) return 'on the same day';
  return lagDays === 1 ? 'on the next day' : `${lagDays} days later`;
}

const formatShare = (share: number): string => `${formatNumber(share * 100)} %`;

const withUnit = ({ unit }: NamedMetric, value: string): string => (unit ? `${value} ${unit}` : value);

function formatDuration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const size = Math.abs(seconds);
  if (size < 60) return `${sign}${formatNumber(size)} s`;
  if (size >= 100 * 3600) return `${sign}${formatNumber(size / 3600)} h`;
  const minutes = Math.round(size / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${sign}${rest} min`;
  return rest === 0 ? `${sign}${hours} h` : `${sign}${hours} h ${rest} min`;
}
