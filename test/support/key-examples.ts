import { FIELD_KINDS } from './field-kinds.ts';
import type { Example } from './mutations.ts';

const kinds: Example['kinds'] = {
  ...FIELD_KINDS,
  name: 'label',
  users: 'list',
  'users[]': 'identifier',
  departments: 'list',
  'departments[]': 'identifier',
  systems: 'list',
  'systems[]': 'identifier',
  mayStateCost: 'flag',
  claimLimitUsdPerHour: 'countFromOne',
  backDateHours: 'count',
  requestsPerSecond: 'countFromOne',
  severityCeiling: 'choice',
  overlapHours: 'count',
};

/** Valid bodies of the key routes, with every field. */
export const keyExamples: Record<string, Example[]> = {
  createKey: [
    {
      body: {
        name: 'relaycore in production',
        role: 'caller',
        users: ['ada'],
        departments: ['research'],
        systems: ['relaycore'],
        mayStateCost: false,
        claimLimitUsdPerHour: 100,
        backDateHours: 24,
        requestsPerSecond: 50,
        severityCeiling: 'high',
        expiresAt: '2199-01-01T00:00:00Z',
      },
      kinds,
      required: ['name', 'role'],
    },
  ],
  rotateKey: [{ body: { overlapHours: 24 }, kinds, required: [] }],
};
