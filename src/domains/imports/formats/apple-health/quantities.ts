import type { DayRule } from '../../day-values.ts';
import type { FileMetric } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import type { Dimension } from './units.ts';

/** What becomes of the records of a type. */
export type Quantity = {
  metric: FileMetric;
  dimension: Dimension;
  /** How the records of a day become one value; EACH: every one of them is an entry with its time. */
  rule: DayRule | 'EACH';
  /** Counts to the day on which it ends, as what is measured in the night does. */
  isOfWakeDay?: boolean;
};

const sum = (metric: FileMetric, dimension: Dimension): Quantity => ({ metric, dimension, rule: 'SUM' });
const mean = (metric: FileMetric, dimension: Dimension): Quantity => ({ metric, dimension, rule: 'MEAN' });
const each = (metric: FileMetric, dimension: Dimension): Quantity => ({ metric, dimension, rule: 'EACH' });

const number = (category: string, name: string, unit: string, aggregation: FileMetric['aggregation']): FileMetric => ({
  category,
  type: 'NUMBER',
  name,
  unit,
  aggregation,
});
const duration = (category: string, name: string): FileMetric => ({
  category,
  type: 'DURATION',
  name,
  unit: null,
  aggregation: 'SUM',
});
const eaten = (name: string, unit: string): FileMetric => number('food', name, unit, 'SUM');
const measured = (
  category: string,
  name: string,
  unit: string,
  aggregation: FileMetric['aggregation'],
): FileMetric => ({
  ...number(category, name, unit, aggregation),
  isActionable: false,
});

/** The types that are taken over, as HealthKit calls them after "HKQuantityTypeIdentifier". */
export const quantities = {
  StepCount: sum(knownMetrics.steps, 'count'),
  DistanceWalkingRunning: sum(knownMetrics.distance, 'distance'),
  DistanceCycling: sum(number('activity', 'Cycling distance', 'km', 'SUM'), 'distance'),
  DistanceSwimming: sum(number('activity', 'Swimming distance', 'km', 'SUM'), 'distance'),
  DistanceWheelchair: sum(number('activity', 'Wheelchair distance', 'km', 'SUM'), 'distance'),
  PushCount: sum(number('activity', 'Wheelchair pushes', 'pushes', 'SUM'), 'count'),
  FlightsClimbed: sum(knownMetrics.floors, 'count'),
  ActiveEnergyBurned: sum(knownMetrics.activeEnergy, 'energy'),
  BasalEnergyBurned: sum(knownMetrics.restingEnergy, 'energy'),
  AppleExerciseTime: sum(knownMetrics.exercise, 'duration'),
  TimeInDaylight: sum(duration('activity', 'Time in daylight'), 'duration'),
  HeartRate: mean(knownMetrics.heartRate, 'rate'),
  RestingHeartRate: mean(knownMetrics.restingHeartRate, 'rate'),
  WalkingHeartRateAverage: mean(measured('heart', 'Walking heart rate', 'bpm', 'MEAN'), 'rate'),
  HeartRateVariabilitySDNN: mean(knownMetrics.heartRateVariability, 'milliseconds'),
  OxygenSaturation: mean(knownMetrics.oxygenSaturation, 'percent'),
  RespiratoryRate: mean(knownMetrics.respiratoryRate, 'rate'),
  VO2Max: mean(knownMetrics.vo2Max, 'oxygenUptake'),
  // Sensors on the arm write a value every five minutes.
  BloodGlucose: mean(knownMetrics.bloodGlucose, 'glucose'),
  BloodPressureSystolic: each(knownMetrics.systolic, 'pressure'),
  BloodPressureDiastolic: each(knownMetrics.diastolic, 'pressure'),
  BodyMass: each(knownMetrics.weight, 'mass'),
  BodyFatPercentage: each(knownMetrics.bodyFat, 'percent'),
  LeanBodyMass: each(measured('body', 'Lean body mass', 'kg', 'LAST'), 'mass'),
  WaistCircumference: each(measured('body', 'Waist', 'cm', 'LAST'), 'length'),
  BodyTemperature: each(knownMetrics.bodyTemperature, 'temperature'),
  BasalBodyTemperature: each(measured('body', 'Basal body temperature', '°C', 'MEAN'), 'temperature'),
  AppleSleepingWristTemperature: {
    ...mean(measured('body', 'Wrist temperature', '°C', 'MEAN'), 'temperature'),
    isOfWakeDay: true,
  },
  DietaryWater: sum(knownMetrics.water, 'volume'),
  DietaryEnergyConsumed: sum(eaten('Energy eaten', 'kcal'), 'energy'),
  DietaryProtein: sum(eaten('Protein', 'g'), 'food'),
  DietaryCarbohydrates: sum(eaten('Carbohydrates', 'g'), 'food'),
  DietarySugar: sum(eaten('Sugar', 'g'), 'food'),
  DietaryFiber: sum(eaten('Fibre', 'g'), 'food'),
  DietaryFatTotal: sum(eaten('Fat', 'g'), 'food'),
  DietaryCaffeine: sum(eaten('Caffeine', 'mg'), 'traces'),
  NumberOfAlcoholicBeverages: sum(eaten('Alcoholic drinks', 'drinks'), 'count'),
} as const satisfies Record<string, Quantity>;

export type QuantityName = keyof typeof quantities;

/** The quantity of this name; null when it is none that is taken over. */
export const findQuantity = (name: string): Quantity | null =>
  Object.hasOwn(quantities, name) ? quantities[name as QuantityName] : null;
