import type { DeliveryDeps } from '../../services/alerts/deliver-alert.ts';
import { sendDigests } from '../../services/alerts/send-digests.ts';

/**
 * Scheduled every five minutes: tells what was held back and is due.
 * @throws Error when a digest could not be sent, so that the function's error alarm goes off; a
 *   later run tries again
 */
export const createHandler = (deps: DeliveryDeps) => async (): Promise<void> => {
  const outcome = await sendDigests(deps);
  deps.telemetry.info('DIGESTS_SENT', outcome);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} digests were not sent`);
};
