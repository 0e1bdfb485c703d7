import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_BACK_DATE_HOURS } from '../../domain/access/caller.ts';
import { DEFAULT_CLAIM_LIMIT_USD_PER_HOUR } from '../../domain/ledger/claim.ts';
import {
  MAX_DISPUTED_NANO_USD,
  MAX_EXCESS_NANO_USD,
  MAX_KEY_EXCESS_NANO_USD,
  MAX_OVERRUNS,
} from '../../domain/ledger/conduct.ts';
import { NANO_PER_USD } from '../../domain/money.ts';
import { rateOf } from '../../domain/quotas/quota.ts';

const text = readFileSync(join(import.meta.dirname, '../../SECURITY.md'), 'utf8').replaceAll(
  /\s+/g,
  ' ',
);
const usd = (nanoUsd: bigint): string => String(nanoUsd / NANO_PER_USD);
const [spend, change] = [rateOf('spend', undefined), rateOf('change', undefined)];

test.each([
  `${DEFAULT_CLAIM_LIMIT_USD_PER_HOUR} USD an hour`,
  `${DEFAULT_CLAIM_LIMIT_USD_PER_HOUR} USD × (hours + 1)`,
  `${500 + DEFAULT_CLAIM_LIMIT_USD_PER_HOUR * 25}`.replace(/(\d{3})$/, ' $1') + ' USD',
  `${DEFAULT_BACK_DATE_HOURS} hours`,
  `${usd(MAX_DISPUTED_NANO_USD)} USD in dispute`,
  `${MAX_OVERRUNS} overruns or ${usd(MAX_EXCESS_NANO_USD)} USD on one route, ${usd(MAX_KEY_EXCESS_NANO_USD)} USD on all`,
  `${spend.perSecond} a second, ${spend.burst} at once (${change.perSecond}, ${change.burst} changes)`,
])('SECURITY.md says %s, as the code does', (words) => {
  expect(text).toContain(words);
});
