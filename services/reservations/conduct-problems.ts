import { ProblemError } from '../../contracts/problem.ts';
import { MAX_DISPUTED_NANO_USD } from '../../domain/ledger/conduct.ts';
import { formatUsd, type NanoUsd } from '../../domain/money.ts';

const NO_RETRY = { 'x-should-retry': 'false' };

/** Too much of what a key stated is in dispute. */
export const costsDisputed = (
  keyId: string,
  disputedNanoUsd: NanoUsd,
  field?: string,
): ProblemError =>
  new ProblemError(
    'costs-disputed',
    `key ${keyId} has ${formatUsd(disputedNanoUsd)} USD in dispute, of at most ${formatUsd(MAX_DISPUTED_NANO_USD)}: ` +
      'ask an operator to confirm or reject its disputes (GET /v1/disputes). Settlements without actualCostUsd are taken',
    {
      ...(field ? { errors: [{ field, message: 'is not taken while costs are in dispute' }] } : {}),
      extra: { code: 'costs_disputed', keyId, disputedUsd: formatUsd(disputedNanoUsd) },
      headers: NO_RETRY,
    },
  );

/** What a key declares is far below what it settles. */
export const underdeclared = (keyId: string): ProblemError =>
  new ProblemError(
    'underdeclared',
    `key ${keyId} has settled far more than it declared for requests like this one: declare inputTokens and ` +
      'maxOutputTokens as they will be, and ask an operator to clear its conduct (POST /v1/conduct/{keyId}/clear)',
    { extra: { code: 'underdeclared', keyId }, headers: NO_RETRY },
  );
