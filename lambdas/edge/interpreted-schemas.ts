import { config } from 'zod';

/*
 * Functions on the hot path import this before any schema. Their schemas are then interpreted: a
 * fresh environment would need longer to compile them than about a thousand of its requests would save.
 */
config({ jitless: true });
