import { adviceServices, recommendationServices } from '../../composition/advice.ts';
import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { createHandler as createAdvise } from '../../lambdas/advise/handler.ts';
import { mailedReportServices } from '../../composition/reporting.ts';
import type { EmailMessage } from '../../domain/letters/letter.ts';
import { createHandler } from '../../lambdas/recommendations/handler.ts';
import { createHandler as createSendReports } from '../../lambdas/send-reports/handler.ts';
import { DEPLOYMENT } from './alerts.ts';
import { startCloudWatch } from './cloud-watch.ts';
import { startEmbeddedStore } from './embedded-store.ts';
import { silentTelemetry } from './telemetry.ts';

export const OPERATOR = 'operator';
/** A warm function with 1 GiB and at least five environments. */
export const WARM = 'purser-prod-reserve';

export type Advising = Awaited<ReturnType<typeof startAdvising>>;

/** The functions that give advice, with a separate store and test-controlled metrics. */
export async function startAdvising(now: () => number) {
  const [store, cloudWatch] = await Promise.all([startEmbeddedStore(), startCloudWatch()]);
  const { db } = store;
  const telemetry = silentTelemetry();
  const mails: EmailMessage[] = [];

  function functionsOf(operatorOrganization: string | undefined, region: string) {
    const world = {
      now,
      telemetry,
      entryShards: [],
      operatorOrganization,
      warmth: {
        region,
        targetPercent: 70,
        functions: [{ name: 'reserve', functionName: WARM, memoryMiB: 1_024, min: 5 }],
      },
      metrics: createFunctionMetrics(cloudWatch.client),
    };
    const handler: unknown = createHandler({
      now,
      telemetry,
      ...recommendationServices(db, world),
    });
    const sendReports = createSendReports({
      ...world,
      ...mailedReportServices(db, world),
      deployment: DEPLOYMENT,
      async sendEmail(_to, mail) {
        mails.push(mail);
      },
    });
    return { handler, advise: createAdvise(adviceServices(db, world)), sendReports };
  }

  return {
    db,
    cloudWatch,
    telemetry,
    /** What was sent by e-mail. */
    mails,
    /** Read and write units since the last call. */
    takeConsumed: () => store.takeConsumed(),
    ...functionsOf(OPERATOR, 'us-east-1'),
    /** The same for another deployment. */
    functionsOf,
    stop: () => Promise.all([store.close(), cloudWatch.stop()]),
  };
}
