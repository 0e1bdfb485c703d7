import { join } from 'node:path';
import { startControlService } from '../control/control-service.ts';
import { createPutEvents } from '../control/event-bus.ts';
import { createGetMetricData } from '../control/get-metric-data.ts';
import { createGetProducts } from '../control/get-products.ts';
import { createGetSecretValue } from '../control/get-secret-value.ts';
import { createSendEmail } from '../control/send-email.ts';
import { deliver, type LocalService, type LocalWorld } from '../local-service.ts';
import type { LambdaService } from './lambda-service.ts';

/** Holds offer files of the AWS Price List, inside the data folder. */
const PRICE_LISTS = 'price-lists';
/** Holds the texts of secrets by name or ARN, inside the data folder. */
const SECRETS = 'secrets.json';

/**
 * EventBridge's PutEvents, CloudWatch's GetMetricData, the Price List's GetProducts, Secrets Manager's
 * GetSecretValue, SES's SendEmail and Lambda's Invoke.
 */
export type ControlPlaneService = LocalService & {
  endpoint: string;
};

export async function openControlPlane(
  world: LocalWorld,
  lambda: LambdaService,
): Promise<ControlPlaneService> {
  const control = await startControlService();
  const { clock, inbox, metrics } = world;
  return {
    endpoint: control.endpoint,
    reads: (template) => {
      const putEvents = createPutEvents(
        template,
        clock.now,
        (arn, event) => void deliver(world, arn, event),
        world.events,
      );
      const operations = new Map([
        ['AWSEvents.PutEvents', putEvents],
        ['GraniteServiceVersion20100801.GetMetricData', createGetMetricData(metrics)],
        [
          'AWSPriceListService.GetProducts',
          createGetProducts(join(world.dataDirectory, PRICE_LISTS)),
        ],
        ['secretsmanager.GetSecretValue', createGetSecretValue(join(world.dataDirectory, SECRETS))],
        ['POST /v2/email/outbound-emails', createSendEmail(inbox, clock.now)],
      ]);
      control.serve(operations, lambda.fleet());
      return undefined;
    },
    stop: () => control.stop(),
  };
}
