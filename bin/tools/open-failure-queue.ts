import { createFailureQueue } from '../../aws/failure-queue.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { signedIn } from '../../aws/signed-in.ts';
import { runningMessaging } from './local-run-files.ts';

/** Options of commands that read the streams' failure queue, in addition to a store's options. */
export const FAILURE_QUEUE_OPTIONS = { 'queue-endpoint': { type: 'string' } } as const;

export const FAILURE_QUEUE_HELP =
  '  --queue-endpoint URL  any SQS endpoint         [that of the local run]';

type Values = { aws: boolean; endpoint?: string; prefix: string; 'queue-endpoint'?: string };

/** Opens the queue that the options name; `undefined` if they name a store without its queue. */
export async function openFailureQueue({ aws, endpoint, prefix, ...values }: Values) {
  const name = `${prefix}stream-failures`;
  if (aws) return createFailureQueue(name, signedIn());
  const address =
    values['queue-endpoint'] ?? (endpoint === undefined ? await runningMessaging() : undefined);
  return address === undefined ? undefined : createFailureQueue(name, localEndpoint(address));
}
