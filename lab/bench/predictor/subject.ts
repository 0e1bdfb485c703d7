import { createDynamoDb } from '../../../aws/dynamodb.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { startProgress } from '../../../bin/tools/progress.ts';
import { OWN_RUN_ORGANIZATION, OWN_RUN_TABLE_PREFIX, startOwnRun } from '../../own-run.ts';
import { createBenchApi } from '../requests/bench-api.ts';
import type { BenchSubject } from '../subject.ts';
import { timedCalls } from '../timed-calls.ts';
import { FULL_PREDICTOR, measurePredictor, QUICK_PREDICTOR } from './measure-predictor.ts';
import { predictorText } from './predictor-report.ts';

const STEPS = 5;
const WARM_UP = 50;

export const PREDICTOR: BenchSubject = {
  name: 'predictor',
  summary: [
    'beside its targets: quotes, predict through HTTP, loading, and',
    'training on 100 000 rows (two minutes)',
  ],
  options: {},
  async run({ isQuick }) {
    const own = await startOwnRun();
    const api = createBenchApi(own.url, own.key);
    const progress = startProgress('bench', STEPS);
    let step = 0;
    const began = (note: string): void => progress.update(step++, note);
    try {
      const db = createDynamoDb({
        tablePrefix: OWN_RUN_TABLE_PREFIX,
        client: localEndpoint(own.dynamoDbEndpoint),
      });
      // Writes the routes to the tables before the first prediction reads them.
      const sizes = isQuick ? QUICK_PREDICTOR : FULL_PREDICTOR;
      const measured = await measurePredictor(db, OWN_RUN_ORGANIZATION, sizes, began);
      began('predict through HTTP');
      await timedCalls(WARM_UP, 1, api.predict);
      const http = await timedCalls(isQuick ? 60 : 300, 1, api.predict);
      return {
        text: predictorText(measured, http),
        figures: { ...measured, http },
        isSound: true,
      };
    } finally {
      progress.stop();
      api.close();
      await own.stop();
    }
  },
};
