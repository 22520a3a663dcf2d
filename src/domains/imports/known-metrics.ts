import type { FileMetric } from './format.ts';

/**
 * What several programs measure alike, under one name each: steps of a phone and of a watch are values of one metric, of which one
 * counts. Values are in these units; durations in seconds.
 */
const body = { category: 'body' } as const;
const heart = { category: 'heart', type: 'NUMBER', aggregation: 'MEAN', isActionable: false } as const;
const activity = { category: 'activity', type: 'NUMBER', aggregation: 'SUM' } as const;
const sleep = { category: 'sleep', type: 'DURATION', unit: null, aggregation: 'SUM' } as const;
const score = { type: 'NUMBER', unit: 'points', aggregation: 'LAST', isActionable: false, min: 0, max: 100 } as const;

export const knownMetrics = {
  steps: { ...activity, name: 'Steps', unit: 'steps' },
  distance: { ...activity, name: 'Distance', unit: 'km' },
  floors: { ...activity, name: 'Floors climbed', unit: 'floors' },
  activeEnergy: { ...activity, name: 'Active energy', unit: 'kcal' },
  restingEnergy: { ...activity, name: 'Resting energy', unit: 'kcal', isActionable: false },
  totalEnergy: { ...activity, name: 'Total energy', unit: 'kcal' },
  exercise: { category: 'activity', type: 'DURATION', unit: null, aggregation: 'SUM', name: 'Exercise' },
  standHours: { ...activity, name: 'Stand hours', unit: 'h' },
  workout: { category: 'activity', type: 'DURATION', unit: null, aggregation: 'SUM', name: 'Workouts' },
  mindful: { category: 'mind', type: 'DURATION', unit: null, aggregation: 'SUM', name: 'Mindfulness' },
  heartRate: { ...heart, name: 'Heart rate', unit: 'bpm' },
  restingHeartRate: { ...heart, name: 'Resting heart rate', unit: 'bpm' },
  heartRateVariability: { ...heart, name: 'Heart rate variability', unit: 'ms' },
  oxygenSaturation: { ...heart, name: 'Oxygen saturation', unit: '%' },
  respiratoryRate: { ...heart, name: 'Respiratory rate', unit: 'breaths/min' },
  vo2Max: { ...heart, name: 'VO2 max', unit: 'ml/kg/min' },
  systolic: { ...heart, name: 'Blood pressure, systolic', unit: 'mmHg' },
  diastolic: { ...heart, name: 'Blood pressure, diastolic', unit: 'mmHg' },
  bloodGlucose: { ...heart, category: 'body', name: 'Blood glucose', unit: 'mg/dL' },
  weight: { ...body, type: 'NUMBER', name: 'Weight', unit: 'kg', aggregation: 'LAST', isActionable: false },
  bodyFat: { ...body, type: 'NUMBER', name: 'Body fat', unit: '%', aggregation: 'LAST', isActionable: false },
  bodyTemperature: {
    ...body,
    type: 'NUMBER',
    name: 'Body temperature',
    unit: '°C',
    aggregation: 'MEAN',
    isActionable: false,
  },
  temperatureDeviation: {
    ...body,
    type: 'NUMBER',
    name: 'Temperature deviation',
    unit: '°C',
    aggregation: 'MEAN',
    isActionable: false,
  },
  water: { ...body, type: 'NUMBER', name: 'Water', unit: 'ml', aggregation: 'SUM' },
  stress: {
    category: 'mind',
    type: 'NUMBER',
    name: 'Stress',
    unit: 'points',
    aggregation: 'MEAN',
    isActionable: false,
    desired: 'LOWER',
  },
  asleep: { ...sleep, name: 'Sleep', desired: 'HIGHER' },
  inBed: { ...sleep, name: 'Time in bed' },
  deepSleep: { ...sleep, name: 'Deep sleep', isActionable: false },
  lightSleep: { ...sleep, name: 'Light sleep', isActionable: false },
  remSleep: { ...sleep, name: 'REM sleep', isActionable: false },
  awake: { ...sleep, name: 'Awake at night', isActionable: false },
  sleepEfficiency: {
    category: 'sleep',
    type: 'NUMBER',
    name: 'Sleep efficiency',
    unit: '%',
    aggregation: 'MEAN',
    isActionable: false,
  },
  sleepScore: { ...score, category: 'sleep', name: 'Sleep score' },
  readinessScore: { ...score, category: 'body', name: 'Readiness score' },
  activityScore: { ...score, category: 'activity', name: 'Activity score' },
  mood: {
    category: 'mind',
    type: 'RATING',
    name: 'Mood',
    unit: null,
    aggregation: 'MEAN',
    min: 1,
    max: 5,
    desired: 'HIGHER',
  },
} as const satisfies Record<string, FileMetric>;
