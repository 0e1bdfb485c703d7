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

/** The posting's value in a dimension, or `UNASSIGNED`. */
export function valueIn(dimension: Dimension, posting: Posting): string {
  switch (dimension) {
    case 'organization':
      return posting.organizationId;
    case 'user':
      return posting.userId;
    case 'department':
      return posting.departmentId ?? UNASSIGNED;
    case 'system':
      return posting.system;
    case 'model':
      return posting.model;
    case 'operation':
      return posting.operation ?? UNASSIGNED;
  }
}
