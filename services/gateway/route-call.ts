import { SERVING_APIS } from '../../domain/gateway/upstream-body.ts';
import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import { invalidField, notFound, type ServiceError } from '../errors.ts';
import type { EndpointPlan } from '../routing/endpoint-router.ts';
import type { CallBodies } from './call-bodies.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { SendDeps } from './send-call.ts';

export type CallRoute = {
  /** In the order in which to try them. */
  endpoints: readonly [Endpoint, ...Endpoint[]];
  /** Where the call costs the most. */
  dearest: Endpoint;
};

/**
 * The endpoints that serve a model and whose API can express the request.
 * @throws ServiceError `not-found` if nobody serves the model, `invalid-request` naming the field
 *   that none can take
 */
export async function routeCall(
  { router }: Pick<SendDeps, 'router'>,
  { call, wire, payer }: GatewayRequest,
  { faultOf }: CallBodies,
  model: string,
): Promise<CallRoute> {
  const plan = await router.plan(call, {
    model,
    apis: SERVING_APIS[wire.api],
    sessionKey: payer.sessionId,
    severity: payer.severity,
    region: payer.region,
  });
  if (!plan.ok) throw notServed(model, wire.api, plan);
  const [first, ...others] = plan.endpoints.filter((endpoint) => !faultOf(endpoint));
  if (first) return { endpoints: [first, ...others], dearest: plan.dearest };
  const [unfit] = plan.endpoints;
  const fault = unfit && faultOf(unfit);
  throw invalidField(fault?.field ?? 'model', fault?.message ?? `${model} has no endpoint`);
}

/** Why nobody can serve a call. */
function notServed(
  model: string,
  api: ModelApi,
  plan: Extract<EndpointPlan, { ok: false }>,
): ServiceError {
  switch (plan.reason) {
    case 'unknown-model': {
      const names = plan.near.length > 0 ? ` Did you mean ${plan.near.join(' or ')}?` : '';
      return notFound(`No provider serves the model ${model} here.${names}`);
    }
    case 'api-not-served':
      return invalidField('model', `${model} cannot be called by ${api}; use another route`);
    case 'profile-not-known':
      return invalidField(
        'model',
        `${model} names an inference profile whose regions Purser does not know; name the model alone`,
      );
    case 'region-not-served':
      return invalidField('model', `${model} is not served in the regions that the request allows`);
  }
}
