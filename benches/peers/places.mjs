import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PEERS = dirname(fileURLToPath(import.meta.url));
export const ROOT = dirname(dirname(PEERS));
export const TARGET = join(ROOT, 'target');
/** The data of the servers while they run, and what they say. */
export const BENCH = join(TARGET, 'bench');
/** Whether only to see that it works. What comes out of that must never get among what is told. */
export const IS_QUICK = process.argv.includes('--quick');
/** What was measured. */
export const RESULTS = join(BENCH, IS_QUICK ? 'quick' : 'full');
