import { readingOf } from '../../domain/gateway/reading.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { BEDROCK } from '../../domain/routing/endpoint.ts';
import { invalidField } from '../errors.ts';
import { callBodies } from './call-bodies.ts';
import { releaseCall } from './close-call.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { GatewayDeps } from './open-call.ts';
import { reserveCall } from './reserve-call.ts';
import { routeCall } from './route-call.ts';

/** The longest hold. A batch that takes longer is extended. */
const HOLD_SECONDS = 86_400;

/** A request whose money is held at the price of a batch, and what Bedrock gets of it. */
export type HeldRecord = { entry: Entry; upstreamModel: string; body: JsonObject };

/**
 * Holds the money of a request that is to be served in a batch.
 * @param region where the batch runs
 * @throws ServiceError if it is refused, or if Bedrock does not serve its model there
 */
export async function holdBatchRecord(
  deps: GatewayDeps,
  given: GatewayRequest,
  region: string,
): Promise<HeldRecord> {
  const payer = {
    ...given.payer,
    region,
    serviceTier: 'batch' as const,
    downgrade: false,
    holdSeconds: HOLD_SECONDS,
  };
  const request = { ...given, payer };
  const bodies = callBodies(request);
  const { endpoints } = await routeCall(deps, request, bodies, request.modelName);
  const endpoint = endpoints.find(
    (each) => each.provider === BEDROCK && each.api === 'converse' && each.region === region,
  );
  if (!endpoint) throw invalidField('model', `${request.modelName} has no batches in ${region}`);
  const { model, upstreamModel } = endpoint;
  const reading = readingOf(request.wire.api, request.body);
  const hold = await reserveCall(deps, request, { reading, model, region, servingRegion: region });
  const { entry, maxOutputTokens } = hold;
  if (entry.model !== model) {
    await releaseCall(deps, entry);
    throw invalidField('model', `${request.modelName} would be served by ${entry.model}`);
  }
  return { entry, upstreamModel, body: bodies.bodyFor(endpoint, maxOutputTokens) };
}
