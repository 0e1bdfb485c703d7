import type Anthropic from '@anthropic-ai/sdk';
import type { Payer } from './ai-request.ts';
import { guardSdk, type SdkPaths } from './guard-sdk.ts';
import type { Purser } from './purser.ts';

const PATHS: SdkPaths = {
  spending: new Map([['/v1/messages', 'messages']]),
  free: /^\/v1\/(?:messages\/count_tokens|files)$/,
};

/**
 * An Anthropic client whose messages spend under a reservation: `create`, `stream`, and the helpers
 * that use them. Refuses other calls that may cost something.
 * @throws PurserError instead of an answer, if a budget does not allow the call
 */
export const guardAnthropic = <Client extends Anthropic>(
  client: Client,
  purser: Purser,
  payer: Payer,
): Client => guardSdk(client, PATHS, { purser, payer });
