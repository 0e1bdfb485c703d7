import { FIELD_KINDS } from './field-kinds.ts';
import type { Example } from './mutations.ts';

const reasoned: Example[] = [
  { body: { reason: 'we looked at it' }, kinds: FIELD_KINDS, required: ['reason'] },
];
const corrected: Example[] = [
  {
    body: { correctionId: 'refund-1', actualCostUsd: '0.0042', reason: 'refunded' },
    kinds: FIELD_KINDS,
    required: ['correctionId', 'actualCostUsd', 'reason'],
  },
];

/** Valid bodies of an operator's statements about costs and keys. */
export const correctionBodies = {
  correctReservation: corrected,
  correctUsage: corrected,
  confirmDispute: reasoned,
  rejectDispute: reasoned,
  clearConduct: reasoned,
};
