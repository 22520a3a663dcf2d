/**
 * Gives each on the left a partner of its own, as far as there are enough (augmenting paths, after Kuhn). Whatever both
 * sides can cover, each for itself, one matching covers as a whole (Mendelsohn and Dulmage): so each side is asked alone.
 * @returns those on the left that are left over
 */
export function findUnmatched<Left, Right>(left: readonly Left[], partnersOf: (one: Left) => readonly Right[]): Left[] {
  const taken = new Map<Right, Left>();
  const place = (one: Left, tried: Set<Right>): boolean =>
    partnersOf(one).some((partner) => {
      if (tried.has(partner)) return false;
      tried.add(partner);
      const rival = taken.get(partner);
      if (rival !== undefined && !place(rival, tried)) return false;
      taken.set(partner, one);
      return true;
    });
  return left.filter((one) => !place(one, new Set()));
}
