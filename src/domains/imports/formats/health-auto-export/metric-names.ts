import type { QuantityName } from '../apple-health/quantities.ts';

/**
 * The quantities of HealthKit as Health Auto Export calls them. Its documentation lists the shape of some; other names are those
 * that its files have been seen with, and a name that is not here is left out.
 */
const quantityNames: Readonly<Record<string, QuantityName>> = {
  step_count: 'StepCount',
  walking_running_distance: 'DistanceWalkingRunning',
  cycling_distance: 'DistanceCycling',
  swimming_distance: 'DistanceSwimming',
  wheelchair_distance: 'DistanceWheelchair',
  push_count: 'PushCount',
  flights_climbed: 'FlightsClimbed',
  active_energy: 'ActiveEnergyBurned',
  basal_energy_burned: 'BasalEnergyBurned',
  apple_exercise_time: 'AppleExerciseTime',
  time_in_daylight: 'TimeInDaylight',
  heart_rate: 'HeartRate',
  resting_heart_rate: 'RestingHeartRate',
  walking_heart_rate_average: 'WalkingHeartRateAverage',
  heart_rate_variability: 'HeartRateVariabilitySDNN',
  blood_oxygen_saturation: 'OxygenSaturation',
  respiratory_rate: 'RespiratoryRate',
  vo2_max: 'VO2Max',
  blood_glucose: 'BloodGlucose',
  weight_body_mass: 'BodyMass',
  body_fat_percentage: 'BodyFatPercentage',
  lean_body_mass: 'LeanBodyMass',
  waist_circumference: 'WaistCircumference',
  body_temperature: 'BodyTemperature',
  basal_body_temperature: 'BasalBodyTemperature',
  apple_sleeping_wrist_temperature: 'AppleSleepingWristTemperature',
  dietary_water: 'DietaryWater',
  dietary_energy: 'DietaryEnergyConsumed',
  protein: 'DietaryProtein',
  carbohydrates: 'DietaryCarbohydrates',
  dietary_sugar: 'DietarySugar',
  fiber: 'DietaryFiber',
  total_fat: 'DietaryFatTotal',
  dietary_caffeine: 'DietaryCaffeine',
  alcohol_consumption: 'NumberOfAlcoholicBeverages',
};

/** What the points of a metric are: one number each, or several that have names. */
export type PointKind = 'QUANTITY' | 'BLOOD_PRESSURE' | 'SLEEP' | 'MINDFUL' | 'STAND' | 'NONE';

const kinds = new Map<string, PointKind>([
  ['blood_pressure', 'BLOOD_PRESSURE'],
  ['sleep_analysis', 'SLEEP'],
  ['mindful_minutes', 'MINDFUL'],
  ['apple_stand_hour', 'STAND'],
]);

/** @param name in any case, of words divided by "_" or spaces */
export function kindOf(name: string): { kind: PointKind; quantity: QuantityName | null } {
  const tidy = name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
  const quantity = Object.hasOwn(quantityNames, tidy) ? quantityNames[tidy]! : null;
  return { kind: quantity ? 'QUANTITY' : (kinds.get(tidy) ?? 'NONE'), quantity };
}
