/**
 * Loaded into a server before its program (`node --import`): on SIGUSR2 it collects garbage and prints what memory is left
 * in use. The server itself knows nothing of it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  // Twice: what the first round finalises, the second one frees.
  collectGarbage();
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ resident: rss, used: heapUsed + external })}\n`);
});
