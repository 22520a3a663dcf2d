import type { Witness } from './witness.ts';

/**
 * Whether every socket gave every number after the one it was asked for, once, in order and without gap; and every device
 * went from number to number, or by a snapshot, to the last one.
 */
export function checkDeliveries(witness: Witness, head: number, devices: readonly string[]): string[] {
  const streams = witness.streams.flatMap(({ device, after, numbers }) =>
    numbers.every((seq, i) => seq === after + 1 + i)
      ? []
      : [`${device} asked for all after ${after} and got ${numbers}`],
  );
  return [...streams, ...devices.flatMap((device) => checkSteps(witness, head, device))];
}

function checkSteps(witness: Witness, head: number, device: string): string[] {
  const steps = witness.steps.filter((step) => step.device === device);
  const isChained = steps.every(({ from, to, isWhole }, i) => {
    const last = steps[i - 1]?.to ?? null;
    return from === last && (isWhole ? to >= (from ?? 0) : to > (from ?? 0));
  });
  const last = steps.at(-1)?.to;
  return isChained && last === head ? [] : [`${device} went by ${JSON.stringify(steps)} to ${last} and not to ${head}`];
}
