/** What is compared: Lifegraph, and the least a program could do for the same answer. */
export type SideName = 'product' | 'floor';

/** A running server and the database that it alone writes to. */
export type Side = { name: SideName; url: string; databaseUrl: string };

export type Sides = Record<SideName, Side>;

export const sideNames: readonly SideName[] = ['product', 'floor'];
