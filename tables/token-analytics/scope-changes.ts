import type { StreamFilter } from '../definition.ts';

/** Changes of daily sums to which thresholds may apply: only those list when they changed. */
export const SCOPE_CHANGES: StreamFilter = { changedIn: { S: [{ exists: true }] } };
