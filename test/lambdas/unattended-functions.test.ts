import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTableChanges } from '../../aws/table-changes.ts';
import { trainingServices } from '../../composition/prediction.ts';
import { mailedReportServices } from '../../composition/reporting.ts';
import { ledgerCheckServices, sweepServices } from '../../composition/reservations.ts';
import { createHandler as createBuildExports } from '../../lambdas/build-exports/handler.ts';
import { createHandler as createCheckLedger } from '../../lambdas/check-ledger/handler.ts';
import { createHandler as createFallback } from '../../lambdas/fallback/handler.ts';
import { createHandler as createSendReports } from '../../lambdas/send-reports/handler.ts';
import { createHandler as createSweep } from '../../lambdas/sweep-reservations/handler.ts';
import { createHandler as createTrain } from '../../lambdas/train-predictor/handler.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { createReportSubscriptionStore } from '../../tables/report-subscriptions.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { callOf } from '../support/call.ts';
import {
  changesOptions,
  type EmbeddedStore,
  startEmbeddedStore,
} from '../support/embedded-store.ts';
import { costs, startExporting } from '../support/exporting.ts';
import { httpEvent } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { MODEL, reservingOn } from '../support/reserving.ts';
import { stored } from '../support/stored.ts';
import { DEPLOYMENT } from '../support/alerts.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const retentionDays = 400;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

describe('functions that a schedule or a queue starts', () => {
  test('sweep-reservations closes what is past its expiry, and check-ledger finds it balanced', async () => {
    const deps = reservingOn(store.db, () => NOON);
    const request = { system: 'relaycore', userId: 'ada', model: MODEL, inputTokens: 1_000 };
    const made = await createReservation(deps, callOf('swept', NOON), request, undefined);
    if (made.kind !== 'reserved') throw new Error('the request was refused');
    const telemetry = silentTelemetry();
    let nowMs = NOON;
    const world = { telemetry, now: () => nowMs };
    const holdMs = 900_000;
    const sweep = createSweep({
      ...world,
      ...sweepServices(store.db, { ...world, ...ENTRY_STORAGE }),
      holdMs,
    });
    expect(await sweep()).toMatchObject({ expired: 0 });
    nowMs = NOON + HOUR_MS;
    expect(await sweep()).toMatchObject({ expired: 1 });

    const services = ledgerCheckServices(store.db, ENTRY_STORAGE);
    const { ledger } = services;
    const changes = createTableChanges(changesOptions(store), 'ledger');
    const { entryId } = made.entry;
    expect(await ledger.getReservation(entryId)).toMatchObject({ state: 'expired' });
    const check = createCheckLedger({ ...world, ...services, changes });
    expect(await check()).toMatchObject({ unsettled: 0, isProven: true, violations: [] });
    expect(telemetry.metrics.map(({ name, value }) => [name, value])).toEqual([
      ['ReservationsExpired', 0],
      ['SweepLagSeconds', expect.any(Number)],
      ['ReservationsExpired', 1],
      ['SweepLagSeconds', expect.any(Number)],
      ['LedgerViolations', 0],
    ]);
  });

  test('train-predictor looks at every organization that was active', async () => {
    await createTokenUsageStore(store.db, ONE_SHARD).record([postingWith()], retentionDays, NOON);
    const world = { telemetry: silentTelemetry(), now: () => NOON, entryShards: [] };
    const train = createTrain({ ...world, ...trainingServices(store.db, world) });
    const { trainings } = await train();
    expect(trainings).toContainEqual(
      expect.objectContaining({ organizationId: 'acme', samples: 1, promoted: false }),
    );
  });

  test('send-reports mails what is due once, and fails while mail is not taken', async () => {
    const subscription = {
      name: 'daily',
      report: 'costs',
      frequency: 'daily',
      timeZone: 'UTC',
      hour: 7,
      to: ['ada@example.com'],
      groupBy: 'department',
    } as const;
    const subscriptions = createReportSubscriptionStore(store.db);
    await stored(store.db, subscriptions.replacement('acme', subscription, NOON - HOUR_MS));
    const mailed: string[] = [];
    let isDown = true;
    let nowMs = NOON;
    const send = createSendReports({
      ...mailedReportServices(store.db, {
        entryShards: [],
        now: () => nowMs,
        telemetry: silentTelemetry(),
        operatorOrganization: undefined,
        warmth: { region: 'us-east-1', targetPercent: 70, functions: [] },
        metrics: { warmHours: async () => new Map() },
      }),
      telemetry: silentTelemetry(),
      now: () => nowMs,
      deployment: DEPLOYMENT,
      sendEmail: async (to) => {
        if (isDown) throw new Error('mail is down');
        mailed.push(...to);
      },
    });
    await expect(send()).rejects.toThrow('1 reports');
    isDown = false;
    nowMs += HOUR_MS;
    await send();
    await send();
    expect(mailed).toEqual(['ada@example.com']);
  });

  test('build-exports writes the file of a message, and gives back one that it cannot read', async () => {
    const exporting = await startExporting();
    try {
      const { deps, ask, find, organizationId } = await exporting.organizationWith([postingWith()]);
      const { exportId } = await ask(costs);
      const record = (messageId: string, body: object) => ({
        messageId,
        body: JSON.stringify(body),
        attributes: { ApproximateReceiveCount: '1' },
      });
      const Records = [record('bad', {}), record('good', { organizationId, exportId })];
      const context = { getRemainingTimeInMillis: () => 900_000 };
      const answer = await createBuildExports(deps)({ Records } as never, context as never);
      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
      expect((await find(exportId)).files).toHaveLength(1);
    } finally {
      await exporting.stop();
    }
  });
});

test.each([
  ['GET', '/v1/nothing', 404, undefined],
  ['GET', '/v1/budgets/', 404, undefined],
  ['PATCH', '/v1/budgets/user/ada/daily', 405, 'GET, PUT'],
])('fallback answers %s %s with %i', async (method, path, status, allow) => {
  const routes = [
    { method: 'GET', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'PUT', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'GET', path: '/v1/budgets' },
  ];
  const handler = createFallback({ now: () => NOON, telemetry: silentTelemetry(), routes });
  const event = { ...httpEvent(`${method} ${path}`), routeKey: '$default' };
  const answer = await handler(event, {} as never);
  expect([answer.statusCode, answer.headers?.['allow']]).toEqual([status, allow]);
  expect(answer.headers?.['content-type']).toBe('application/problem+json');
});
