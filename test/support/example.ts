import { FIELD_KINDS } from './field-kinds.ts';
import type { Example } from './mutations.ts';

/** An example whose fields have the usual kinds. */
export const example = (body: Example['body'], required: string[]): Example => ({
  body,
  kinds: FIELD_KINDS,
  required,
});
