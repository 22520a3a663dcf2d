/** What a person said about a recommendation, `ageDays` ago. */
export type Preference = {
  driver: string;
  outcome: string;
  rating: 'HELPFUL' | 'NOT_HELPFUL' | 'ACTED_ON';
  ageDays: number;
};

/** Doublings of the score: acting on a recommendation says more than a kind word. */
const WEIGHTS: Record<Preference['rating'], number> = { HELPFUL: 1, ACTED_ON: 2, NOT_HELPFUL: -2 };
/** Taste changes: what was said so long ago counts half. */
const HALF_LIFE_DAYS = 90;
/** How much a rating says of a recommendation that shares only the driver, or only the outcome. */
const SIMILAR = 0.25;
/** Eightfold at the most, or an eighth: liking one thing must not drown what the data say. */
const MOST_DOUBLINGS = 3;

/**
 * What a recommendation's score is multiplied by for what the person said before: 2^Σ w s 2^(-age/90), w being 1 for
 * HELPFUL, 2 for ACTED_ON and -2 for NOT_HELPFUL; s is 1 for the same driver and outcome, a quarter where only one of
 * them is the same; the exponent stays within ±3. 1 without a word.
 */
export function preferenceFor(driver: string, outcome: string, preferences: readonly Preference[]): number {
  let doublings = 0;
  for (const rating of preferences) {
    const shared = Number(rating.driver === driver) + Number(rating.outcome === outcome);
    const similarity = shared === 2 ? 1 : shared * SIMILAR;
    // A rating of the future comes from a clock that is off, and is new.
    const age = Math.max(0, rating.ageDays);
    doublings += WEIGHTS[rating.rating] * similarity * 2 ** (-age / HALF_LIFE_DAYS);
  }
  return 2 ** Math.max(-MOST_DOUBLINGS, Math.min(MOST_DOUBLINGS, doublings));
}
