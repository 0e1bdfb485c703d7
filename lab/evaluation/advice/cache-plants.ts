import {
  BURSTS,
  COMMON_PREFIX,
  MISTRAL,
  OWN_PREFIXES,
  QUICK_SESSIONS,
  route,
  SLOW_SESSIONS,
  SPREAD,
} from './plan-route.ts';
import type { Plant } from './route-plan.ts';

/** Prompts that are not cached, or cached without use or for the wrong time. */
export const CACHE_PLANTS: readonly Plant[] = [
  {
    kind: 'agent-sessions',
    expects: 'saving',
    route: route('agent-sessions', {
      traffic: QUICK_SESSIONS,
      meant: { cache: '5m' },
      wasteful: { cache: 'off' },
    }),
    controls: [
      route('slow-agents', { traffic: { ...QUICK_SESSIONS, turns: 4, gapMinutes: [70, 100] } }),
      route('cacheless-agents', { traffic: QUICK_SESSIONS, meant: { model: MISTRAL } }),
    ],
  },
  {
    kind: 'stable-prefix',
    expects: 'saving',
    route: route('stable-prefix', {
      traffic: BURSTS,
      meant: { cache: '5m' },
      wasteful: { cache: 'off' },
    }),
    controls: [
      route('own-prefixes', { traffic: { ...BURSTS, prefix: OWN_PREFIXES } }),
      route('rare-prefix', { traffic: { ...SPREAD, prefix: COMMON_PREFIX } }),
    ],
  },
  {
    kind: 'unread-writes',
    expects: 'saving',
    route: route('unread-writes', {
      traffic: { ...SPREAD, prefix: OWN_PREFIXES },
      wasteful: { cache: '5m' },
    }),
    controls: [route('read-writes', { traffic: BURSTS, meant: { cache: '5m' } })],
  },
  {
    kind: 'long-writes',
    expects: 'saving',
    route: route('long-writes', {
      traffic: QUICK_SESSIONS,
      meant: { cache: '5m' },
      wasteful: { cache: '1h' },
    }),
    controls: [route('needed-hour', { traffic: SLOW_SESSIONS, meant: { cache: '1h' } })],
  },
  {
    kind: 'short-writes',
    expects: 'saving',
    route: route('short-writes', {
      traffic: SLOW_SESSIONS,
      meant: { cache: '1h' },
      wasteful: { cache: '5m' },
    }),
    controls: [route('enough-minutes', { traffic: QUICK_SESSIONS, meant: { cache: '5m' } })],
  },
];
