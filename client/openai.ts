import type OpenAI from 'openai';
import type { Payer } from './ai-request.ts';
import { guardSdk, type SdkPaths } from './guard-sdk.ts';
import type { Purser } from './purser.ts';

const PATHS: SdkPaths = {
  spending: new Map([
    ['/chat/completions', 'chat'],
    ['/responses', 'responses'],
    ['/embeddings', 'embeddings'],
  ]),
  free: /^\/(?:moderations|files|responses\/(?:input_tokens|[^/]+\/cancel))$/,
};

/**
 * An OpenAI client whose Chat Completions, Responses and embeddings spend under a reservation: plain,
 * streamed, parsed and by every helper. Refuses other calls that may cost something.
 * @throws PurserError instead of an answer, if a budget does not allow the call
 */
export const guardOpenAI = <Client extends OpenAI>(
  client: Client,
  purser: Purser,
  payer: Payer,
): Client => guardSdk(client, PATHS, { purser, payer });
