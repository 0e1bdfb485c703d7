import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeServices } from '../../composition/changes.ts';
import { stores } from '../../composition/stores.ts';
import { putRateCardBody } from '../../contracts/rate-card-input.ts';
import { parseUsd } from '../../domain/money.ts';
import { USAGE_SHAPES } from '../../domain/provider-usage/usage-shapes.ts';
import { readUsage } from '../../domain/provider-usage/read-usage.ts';
import { createHandler as createIngestUsage } from '../../lambdas/ingest-usage/handler.ts';
import { createHandler as createSettle } from '../../lambdas/reserve/handler.ts';
import { setRateCard } from '../../services/catalog/set-rate-card.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { callOf } from '../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { reservingOn } from '../support/reserving.ts';
import { testWorld } from '../support/world.ts';
import { PAYLOADS } from './all-payloads.ts';
import type { Payload } from './payload.ts';
import { REFUSED } from './refused-payloads.ts';
import { nanoUsdOf } from './terms.ts';

const AT = Date.parse('2026-11-30T12:00:00Z');
const CARDS_FROM = AT - 3_600_000;

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let ingest: unknown;
let settle: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db, () => AT);
  const { sentKeys, rateCards } = stores(store.db);
  ingest = createIngestUsage({ ...deps, now: () => AT, sentKeys, rateCards });
  settle = createSettle({ ...deps, now: () => AT, sentKeys });
});
afterAll(() => store.close());

type Sent = Pick<Payload, 'model' | 'card' | 'stated' | 'report' | 'usage'>;

const givenOf = ({ report, usage }: Sent) => (report ? { providerUsage: report } : { usage });

async function setCard(organizationId: string, { model, card }: Sent): Promise<void> {
  if (!card) return;
  const { rateCards } = stores(store.db);
  const { audit } = changeServices(store.db, testWorld());
  const body = putRateCardBody.parse({
    ...card,
    effectiveFrom: new Date(CARDS_FROM).toISOString(),
  });
  await setRateCard({ rateCards, audit }, callOf(organizationId, CARDS_FROM), model, body);
}

/** Sends an event to `POST /v1/usage`. @returns what was charged, or why it was rejected */
async function charged(organizationId: string, payload: Sent): Promise<unknown> {
  const event = {
    eventId: 'e1',
    at: new Date(AT).toISOString(),
    system: 'relaycore',
    userId: 'ada',
    model: payload.model,
    ...payload.stated,
    ...givenOf(payload),
  };
  const { json } = await call(ingest, 'POST /v1/usage', {
    organizationId,
    body: { events: [event] },
  });
  if (json['accepted'] !== 1) return json['rejected'];
  return (await deps.ledger.getCharge(organizationId, 'relaycore', 'e1'))?.chargedNanoUsd;
}

/** Reserves the model and sends the settlement to `POST /v1/reservations/{id}/settle`. */
async function settled(organizationId: string, { model, stated, ...payload }: Sent) {
  const { usageShape: _, ...terms } = { usageShape: undefined, ...stated };
  const request = { system: 'relaycore', userId: 'ada', model, inputTokens: 1, maxOutputTokens: 1 };
  const outcome = await createReservation(
    deps,
    callOf(organizationId, AT),
    { ...request, ...terms },
    undefined,
  );
  if (outcome.kind !== 'reserved') throw new Error('nothing was reserved');
  const { json } = await call(settle, 'POST /v1/reservations/{id}/settle', {
    organizationId,
    params: { id: outcome.entry.entryId },
    body: { ...stated, ...givenOf({ model, ...payload }) },
  });
  return json;
}

const rows = PAYLOADS.map((payload, index) => ({ ...payload, organizationId: `org-${index}` }));

describe('a payload from documentation or a bug report', () => {
  test.each(rows)('$model: $name', async (row) => {
    await setCard(row.organizationId, row);
    const price = parseUsd(row.usd);
    expect(await charged(row.organizationId, row)).toBe(price);
    const settlement = await settled(row.organizationId, row);
    expect(settlement['unreadMembers']).toBeUndefined();
    expect(parseUsd(String(settlement['settledUsd']))).toBe(price);
  });

  test('has a price that its calculation gives', () => {
    for (const { name, terms, usd } of PAYLOADS) {
      expect(nanoUsdOf(terms), name).toBe(parseUsd(usd));
    }
  });

  test('is there for every shape', () => {
    const read = new Set(
      PAYLOADS.flatMap(({ model, report, stated }) =>
        report ? [readUsage(report, { model }, shapeIn(stated)).shape] : [],
      ),
    );
    // Mistral is another name for the shape of OpenAI's chat.
    expect(USAGE_SHAPES.filter((shape) => shape !== 'mistral' && !read.has(shape))).toEqual([]);
  });
});

const shapeIn = (stated: object | undefined) =>
  stated && 'usageShape' in stated ? (stated.usageShape as never) : undefined;

describe('a payload that nobody can price', () => {
  test.each(REFUSED)('is refused, naming $field: $name', async ({ field, message, ...row }) => {
    const organizationId = `refused-${row.name}`.replaceAll(/\W+/g, '-').slice(0, 60);
    await setCard(organizationId, row);
    expect(await charged(organizationId, row)).toEqual([
      { index: 0, field, message: expect.stringMatching(message) as string },
    ]);
  });
});
