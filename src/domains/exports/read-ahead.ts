/**
 * The same pages, the next one of which is asked for while the one before is worked on: the database and we work at the same
 * time. No more than one is held besides. Who stops reading ends the source too.
 */
export async function* readAhead<Page>(pages: AsyncGenerator<Page>): AsyncGenerator<Page> {
  try {
    for (let next = pages.next(); ;) {
      const { done, value } = await next;
      if (done) return;
      next = pages.next();
      // What goes wrong is thrown when it is its turn, and must not end the process before.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await pages.return(undefined);
  }
}
