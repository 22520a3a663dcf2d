/** What is compared: Lifegraph, the same made of the usual packages, and the least a program could do for the same answer. */
export type SideName = 'product' | 'stock' | 'floor';

/** A running server process. */
export type Node = { url: string; pid: number };

/** Two nodes over a database that they alone write to. */
export type Side = {
  name: SideName;
  databaseUrl: string;
  /** Answers requests. */
  writer: Node;
  /** Holds the sockets. What it delivers has been written at the other one. */
  follower: Node;
};

export const sideNames: readonly SideName[] = ['product', 'stock', 'floor'];
