import { openBedrock } from '../../../local/services/bedrock-service.ts';
import type { LocalClock } from '../../../local/local-clock.ts';

/* The Bedrock stand-in in a process of its own. It answers at once, so only overhead is measured. */

const clock = { now: () => Date.now() } as LocalClock;
const { endpoint } = await openBedrock({ clock });
process.send?.(endpoint);
