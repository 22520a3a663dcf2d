/** A place in a sorted list: the values of the sort key of one row, the id last. */
export type PageKey = (string | number)[];

/** Which part of a sorted list is wanted: at most `limit` rows strictly after and before the given places. */
export type Page = {
  limit: number;
  after?: PageKey;
  before?: PageKey;
  /** Take the rows at the end of the part instead of those at its beginning. */
  fromEnd: boolean;
};
