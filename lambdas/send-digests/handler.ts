import type { DeliveryDeps } from '../../services/alerts/deliver-alert.ts';
import { sendDigests } from '../../services/alerts/send-digests.ts';

/**
 * Sends held alerts that are due, every five minutes.
 * @throws Error if a digest could not be sent, so that the function's error alarm goes off; a later
 *   run retries
 */
export const createHandler = (deps: DeliveryDeps) => async (): Promise<void> => {
  const outcome = await sendDigests(deps);
  deps.telemetry.info('DIGESTS_SENT', outcome);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} digests were not sent`);
};
