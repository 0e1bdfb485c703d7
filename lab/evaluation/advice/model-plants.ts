import { HAIKU, route, SONNET } from './plan-route.ts';
import type { Plant } from './route-plan.ts';

const graded = (sonnet: number, haiku: number, spread = 0.1) => ({
  share: 0.8,
  means: new Map([
    [SONNET, sonnet],
    [HAIKU, haiku],
  ]),
  spread,
});
const SONNET_AND_HAIKU = { model: SONNET, also: { model: HAIKU, share: 0.35 } };

/** A dearer model or place than the work needs, and grades that say nothing about it. */
export const MODEL_PLANTS: readonly Plant[] = [
  {
    kind: 'dear-model',
    expects: 'saving',
    route: route('dear-model', {
      meant: { model: HAIKU },
      wasteful: SONNET_AND_HAIKU,
      goodModels: [HAIKU],
      grading: graded(0.86, 0.88),
    }),
    controls: [
      route('needed-model', { meant: SONNET_AND_HAIKU, grading: graded(0.88, 0.74) }),
      route('near-limit', { meant: SONNET_AND_HAIKU, grading: graded(0.88, 0.83) }),
      route('few-grades', {
        meant: SONNET_AND_HAIKU,
        grading: { ...graded(0.88, 0.74), share: 0.02 },
      }),
    ],
  },
  {
    kind: 'foreign-grades',
    expects: 'silence',
    route: route('ungraded', { operation: 'review', meant: { model: SONNET } }),
    companions: [
      route('graded-elsewhere', {
        operation: 'review',
        meant: SONNET_AND_HAIKU,
        goodModels: [HAIKU],
        grading: graded(0.86, 0.88),
      }),
      route('mixed-work', {
        operation: undefined,
        meant: SONNET_AND_HAIKU,
        grading: graded(0.86, 0.88),
      }),
      route('unnamed-work', { operation: undefined, meant: { model: SONNET } }),
    ],
    controls: [],
  },
  {
    kind: 'loss-at-limit',
    expects: 'silence',
    route: route('prior-at-limit', { meant: { model: HAIKU } }),
    companions: [
      route('grades-at-limit', { meant: SONNET_AND_HAIKU, grading: graded(1, 0.95, 0) }),
    ],
    controls: [],
  },
  {
    kind: 'dear-place',
    expects: 'saving',
    route: route('dear-place', {
      meant: { model: SONNET },
      wasteful: { model: 'us.anthropic.claude-sonnet-5' },
    }),
    controls: [route('same-everywhere', { meant: { model: 'us.amazon.nova-pro-v1:0' } })],
  },
];
