import { benchmarkBody, benchmarkNeeds } from './benchmark-body.ts';
import { budgetBodies } from './budget-changes.ts';
import { controlBodies } from './control-bodies.ts';
import { correctionBodies } from './correction-bodies.ts';
import { example } from './example.ts';
import { keyExamples } from './key-examples.ts';
import { defaultsExample } from './level-bodies.ts';
import type { Example } from './mutations.ts';
import { metricsBody } from './metrics-body.ts';
import { modelBodies } from './model-bodies.ts';
import { promptBodies } from './prompt-bodies.ts';
import { rateCardBodies } from './rate-card-bodies.ts';
import { reportBodies } from './report-bodies.ts';
import { requestBodies } from './request-bodies.ts';
import { routingBodies } from './routing-bodies.ts';
import { settingBodies } from './setting-bodies.ts';

/** At least one valid body with every field for each route with a body, by operation ID. */
export const validBodies = (): Record<string, Example[]> => ({
  ...requestBodies(),
  ...correctionBodies,
  ...budgetBodies,
  ...controlBodies,
  putDefaults: [defaultsExample],
  ...settingBodies,
  ...reportBodies,
  ...keyExamples,
  trackMetrics: [
    // Of the hour, whatever the clock of the application says.
    example({ system: 'relaycore', measurements: [{ responseTimeMs: 810 }] }, [
      'system',
      'measurements',
    ]),
    example({ ...metricsBody, userId: 'ada', departmentId: 'research' }, [
      'system',
      'measurements',
    ]),
  ],
  putBenchmark: [example(benchmarkBody, benchmarkNeeds)],
  promotePredictor: [example({ version: 'online-2', rolloutPercent: 100 }, ['version'])],
  ...modelBodies,
  ...promptBodies,
  ...rateCardBodies,
  ...routingBodies,
});
