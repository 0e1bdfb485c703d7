import { limiter, OWN, type Scenario, spender, usual } from './scenarios.ts';

/** Decisions from memory. The first and the third client remember; users need a budget of their own. */
export const MEMORY_SCENARIOS: readonly Scenario[] = [
  {
    ...usual,
    name: 'remembered-room',
    about: 'processes that remember room for one request, and one that reads it, all want it',
    modes: ['exact'],
    room: 1,
    own: { target: OWN, requests: 4 },
    clients: [{ run: spender('ada', 1) }, { run: spender('bob', 2) }, { run: spender('ada', 3) }],
    proceed: 1,
  },
  {
    ...usual,
    name: 'remembered-limit',
    about: 'a limit is lowered that processes remember',
    modes: ['exact'],
    room: 2,
    own: { target: OWN, requests: 4 },
    clients: [{ run: spender('ada', 1) }, { run: limiter(0) }, { run: spender('ada', 2) }],
  },
];
