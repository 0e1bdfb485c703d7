import type { Posting } from '../ledger/posting.ts';

/** What costs can be grouped by; every dimension alone adds up to the same total. */
export const DIMENSIONS = [
  'organization',
  'user',
  'department',
  'system',
  'model',
  'operation',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Stands for "no department" and "no operation": no identifier may start with a parenthesis. */
export const UNASSIGNED = '(none)';

const VALUES: Record<Dimension, (posting: Posting) => string> = {
  organization: (posting) => posting.organizationId,
  user: (posting) => posting.userId,
  department: (posting) => posting.departmentId ?? UNASSIGNED,
  system: (posting) => posting.system,
  model: (posting) => posting.model,
  operation: (posting) => posting.operation ?? UNASSIGNED,
};

/** The posting's value in a dimension, or `UNASSIGNED`. */
export const valueIn = (dimension: Dimension, posting: Posting): string =>
  VALUES[dimension](posting);
