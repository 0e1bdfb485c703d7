import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../contracts/route.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { type Example, fieldsIn, type Mutation, mutationsOf } from '../support/mutations.ts';
import { createRawClient, type RawAnswer, type RawClient } from '../support/raw-request.ts';
import { ALL_ROUTES, pathOf } from '../support/refused-cases.ts';
import { tableLines } from '../support/table-lines.ts';
import { MEASURED_AT } from '../support/metrics-body.ts';
import { TEMPLATE } from '../support/prompt-bodies.ts';
import { SONNET } from '../support/request-bodies.ts';
import { validBodies } from '../support/valid-bodies.ts';

const BODY_ROUTES = ALL_ROUTES.filter(([, { body }]) => body);
const EXAMPLES = validBodies();
/** Each example with its route and its place among the route's examples. */
const CASES = BODY_ROUTES.flatMap(([id, route]) =>
  (EXAMPLES[id] ?? []).map((example, at) => [id, at, route, example] as const),
);
/** It refuses in its own protocol, as `test/lambdas/mcp.test.ts` shows. */
const JSON_RPC = 'callMcp';

let purser: BorrowedPurser;
let raw: RawClient;
/** One reservation per example, settled at the start, and one that stays open. */
const reservations: string[] = [];
const controls: string[] = [];
/** One disputed reservation per way to resolve it, and one that stays disputed. */
const disputes: string[] = [];
const OPEN = 4;
/** A job that waits, because its user may spend nothing. */
let waitingJob = '';
/** Requests for more money by a caller: one to approve, one to deny. */
const overrideRequests: string[] = [];

beforeAll(async () => {
  purser = await borrowPurser();
  raw = createRawClient(purser.url);
  await purser.put(`/v1/budgets/organization/${purser.organizationId}/monthly`, {
    limitUsd: '1000',
  });
  const created = await purser.post('/v1/keys', { name: 'caller', role: 'caller' });
  const callers = { authorization: `Bearer ${String(created.body['key'])}` };
  await purser.put('/v1/prompts/templates/greeting', TEMPLATE);
  await purser.put('/v1/budgets/user/ada/daily', { limitUsd: '25.00' });
  for (const reason of ['approved', 'denied']) {
    const body = { addUsd: '1', until: '2999-12-31T00:00:00Z', reason };
    const path = '/v1/budgets/user/ada/daily/override-requests';
    const answer = await purser.call('POST', path, body, callers);
    overrideRequests.push(String(answer.body['requestId']));
  }
  await purser.put('/v1/budgets/user/waiting/daily', { limitUsd: '0.000000001' });
  const patient = { system: 'relaycore', userId: 'waiting', model: SONNET, prompt: 'Hello.' };
  waitingJob = String((await purser.post('/v1/jobs', { request: patient })).body['jobId']);
  for (let made = 0; made <= OPEN; made += 1) {
    const request = { system: 'relaycore', userId: 'ada', model: SONNET, inputTokens: 10 };
    const { body } = await purser.post('/v1/reservations', request);
    reservations.push(String(body['reservationId']));
    const control = { scope: 'user', scopeId: `grace-${made}`, action: 'disable', reason: 'test' };
    controls.push(String((await purser.post('/v1/controls', control)).body['controlId']));
    const far = await purser.post('/v1/reservations', request);
    disputes.push(String(far.body['reservationId']));
    const stated = { usage: { inputTokens: 10, outputTokens: 1 }, actualCostUsd: '0.5' };
    const path = `/v1/reservations/${disputes.at(-1)}/settle`;
    expect((await purser.call('POST', path, stated, callers)).body).toMatchObject({
      disputedUsd: expect.anything(),
    });
  }
});
afterAll(async () => {
  raw?.close();
  await purser?.giveBack();
});

describe('every route with a body', () => {
  it('has an example with every field of its schema', () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(BODY_ROUTES.map(([id]) => id).toSorted());
    for (const [id, examples] of Object.entries(EXAMPLES)) {
      const fields = examples.flatMap(({ body }) => fieldsIn(body));
      // A request of a workflow needs one that is open: `test/lambdas/workflows.test.ts`.
      const all = fieldsOfSchema(ROUTES[id]?.body).filter((field) => field !== 'workflowId');
      expect(fields, id).toEqual(expect.arrayContaining(all));
    }
  });

  const pathWith = (
    id: string,
    route: Route,
    reservation: number,
    params: Example['params'] = {},
  ): string =>
    pathOf(route, {
      id: id === 'changeJob' ? waitingJob : (idsFor(id)[positionFor(id, reservation)] ?? ''),
      eventId: 'right',
      ...(id.endsWith('OverrideRequest')
        ? { requestId: overrideRequests[id.startsWith('approve') ? 0 : 1] ?? '' }
        : {}),
      ...params,
    });

  it.each(CASES)('%s takes the example %i', async (id, at, route, { body, params }) => {
    const own = id === 'ingestUsage' ? { events: [ownEventOf(body, at)] } : body;
    const text = JSON.stringify(own)
      .replace('/acme/', `/${purser.organizationId}/`)
      .replaceAll(MEASURED_AT, new Date(await purser.now()).toISOString());
    const answer = await send(route.method, pathWith(id, route, at, params), text);
    expect(answer.status, answer.text).toBeLessThan(300);
    if (id === 'ingestUsage') {
      expect(JSON.parse(answer.text)).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    }
  });

  describe('with a wrong body', () => {
    /** Everything stored after the mutations before. */
    let lines: string[];
    beforeAll(async () => {
      await purser.drain();
      lines = await tableLines(purser.store());
    });

    it.each(CASES.filter(([id]) => id !== JSON_RPC))(
      '%s refuses example %i in every wrong way, names the field, writes nothing',
      async (id, _, route, example) => {
        const faults: string[] = [];
        const sendAll = async () => {
          await mapConcurrently(mutationsOf(example), 16, async (mutation) => {
            const path = pathWith(id, route, OPEN, example.params);
            const fault = faultOf(await send(route.method, path, mutation.text), mutation);
            if (fault) faults.push(`${mutation.label}: ${fault}`);
          });
          await purser.drain();
          const before = lines;
          lines = await tableLines(purser.store());
          return before;
        };
        const before = await sendAll();
        // A job of an example may have taken its next turn meanwhile, but not twice.
        if (!isDeepStrictEqual(before, lines)) expect(await sendAll()).toEqual(lines);
        expect(faults).toEqual([]);
      },
    );
  });
});

const idsFor = (operation: string): string[] =>
  operation === 'reverseControl'
    ? controls
    : operation.endsWith('Dispute')
      ? disputes
      : reservations;

/** Another dispute than the one that is confirmed, and only an open hold can be extended. */
const positionFor = (operation: string, position: number): number => {
  if (operation === 'extendReservation') return OPEN;
  return operation === 'rejectDispute' && position !== OPEN ? 1 : position;
};

/** An example's event under a numbered ID. The first one is corrected later. */
const ownEventOf = (body: Example['body'], at: number): unknown => ({
  ...(body as { events: object[] }).events[0],
  eventId: at === 0 ? 'right' : `right-${at}`,
});

const send = (method: string, path: string, body: string): Promise<RawAnswer> =>
  raw.send({
    method,
    path,
    body,
    headers: { authorization: `Bearer ${purser.key}`, 'content-type': 'application/json' },
  });

function faultOf(
  { status, contentType, text }: RawAnswer,
  { field }: Mutation,
): string | undefined {
  const inEvent = /^events(?:\[0\])?\.?(.*)$/.exec(field);
  if (inEvent && status === 200) return faultOfEvent(text, inEvent[1] || 'body');
  if (status < 400 || status > 499) return `answered ${status} ${text.slice(0, 200)}`;
  if (!contentType.startsWith('application/problem+json')) return `answered ${contentType}`;
  const { errors = [] } = JSON.parse(text) as { errors?: { field: string; message: string }[] };
  return errors.some((error) => names(error.field, field) && error.message !== '')
    ? undefined
    : `${status} named ${errors
        .map((error) => error.field)
        .join(', ')
        .slice(0, 200)}`;
}

/** Usage events are checked one by one: a bad one is reported and has no effect. */
function faultOfEvent(text: string, field: string): string | undefined {
  const { accepted, duplicates, rejected } = JSON.parse(text) as {
    accepted: number;
    duplicates: number;
    rejected: { index: number; field: string }[];
  };
  const [first] = rejected;
  return accepted + duplicates === 0 && first?.index === 0 && names(first.field, field)
    ? undefined
    : `answered ${text.slice(0, 200)}`;
}

/** The field itself, something inside it, or as much of a very long name as an answer repeats. */
const names = (path: string, field: string): boolean =>
  path === field ||
  path.startsWith(`${field}.`) ||
  path.startsWith(`${field}[`) ||
  (field.length > 150 && path.startsWith(field));

/** An object schema's fields, one level deep; the examples contain nested ones. */
function fieldsOfSchema(schema: unknown): string[] {
  const { shape, def } = schema as { shape?: object; def: { in?: unknown } };
  if (shape) return Object.keys(shape);
  return def.in ? fieldsOfSchema(def.in) : [];
}
