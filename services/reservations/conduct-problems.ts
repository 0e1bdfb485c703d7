import { MAX_DISPUTED_NANO_USD } from '../../domain/ledger/conduct.ts';
import { type NanoUsd, shortUsd } from '../../domain/money.ts';
import { ServiceError } from '../errors.ts';

/**
 * Too many of a key's stated costs are in dispute.
 * @param field the field that states a cost, if leaving it out helps
 */
export const costsDisputed = (
  keyId: string,
  disputedNanoUsd: NanoUsd,
  field?: string,
): ServiceError =>
  new ServiceError(
    { kind: 'costs-disputed', keyId, disputedNanoUsd },
    `Key ${keyId} has ${shortUsd(disputedNanoUsd)} USD in dispute, and the limit is ${shortUsd(MAX_DISPUTED_NANO_USD)} USD. ` +
      'Ask an operator to confirm or reject its disputes (GET /v1/disputes). Settlements without actualCostUsd are still accepted.',
    {
      fields: field ? [{ field, message: 'is not accepted while costs are in dispute' }] : [],
    },
  );

/** A key declares far less than it settles. */
export const underdeclared = (keyId: string): ServiceError =>
  new ServiceError(
    { kind: 'underdeclared', keyId },
    `Key ${keyId} has settled far more than it declared for requests like this one. Declare realistic inputTokens and ` +
      'maxOutputTokens, and ask an operator to clear its conduct (POST /v1/conduct/{keyId}/clear).',
  );
