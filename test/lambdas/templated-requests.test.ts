import { beforeEach, describe, expect, it } from 'vitest';
import { jobServices } from '../../composition/jobs.ts';
import { promptServices } from '../../composition/prompts.ts';
import { createHandler as createJobs } from '../../lambdas/jobs/handler.ts';
import { createHandler as createPrompts } from '../../lambdas/prompts/handler.ts';
import { createHandler as createReserve } from '../../lambdas/reserve/handler.ts';
import { CLAUDE } from '../local/bedrock/stand-in.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { call } from '../support/http-event.ts';
import { RENDERING, TEMPLATE } from '../support/prompt-bodies.ts';

const desk = openGatewayDesk();
const TEMPLATED = '/v1/prompts/templates/{name}';
const params = { name: 'greeting' };
const files = new Map<string, string>();
let prompts: unknown;

beforeEach(async () => {
  prompts = createPrompts({
    ...desk.world,
    ...promptServices(desk.db, desk.world),
    newId: () => 'p1',
  });
  files.clear();
  await put(TEMPLATE);
});

const put = (body: object) =>
  call(prompts, `PUT ${TEMPLATED}`, { organizationId: desk.organizationId, params, body });
const remove = () =>
  call(prompts, `DELETE ${TEMPLATED}`, { organizationId: desk.organizationId, params });
const asked = (template: object, over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  model: CLAUDE,
  template,
  ...over,
});
const USE = { ...params, ...RENDERING };

const PROMPT = {
  system: [{ text: 'You write to the guests of a hotel.' }],
  messages: [
    {
      role: 'user',
      content: [{ text: 'Greet Ada, who stays 3 nights.\n\nWrite two friendly sentences.' }],
    },
  ],
};

const reserve = (body: object) =>
  call(createReserve({ ...desk.world, ...desk.services }), 'POST /v1/reservations', {
    organizationId: desk.organizationId,
    body,
  });
const invoke = (body: object) => desk.call('POST /v1/invocations', { body });
const queue = (request: object) =>
  call(
    createJobs({
      ...desk.world,
      ...jobServices(desk.db, desk.world),
      randomBytes: desk.world.randomBytes,
      files: {
        put: async (name, json) => void files.set(name, json),
        delete: async (name) => void files.delete(name),
      },
      reader: { get: async (name) => files.get(name) },
      queue: { publish: async () => undefined },
    }),
    'POST /v1/jobs',
    { organizationId: desk.organizationId, body: { request } },
  );

describe('a request that names a template', () => {
  it('is held for the prompt that the template makes, under its name as operation', async () => {
    const held = await reserve(asked(USE));
    expect(held.status, held.text).toBe(201);
    const messages = [
      { role: 'system', content: PROMPT.system[0]?.text },
      { role: 'user', content: PROMPT.messages[0]?.content[0]?.text },
    ];
    const plain = await reserve(
      asked({}, { template: undefined, operation: 'greeting', messages }),
    );
    expect(plain.json['allocatedUsd']).toBe(held.json['allocatedUsd']);
    const entry = await desk.services.ledger.getReservation(String(held.json['reservationId']));
    expect(entry).toMatchObject({ operation: 'greeting', userId: 'ada' });
  });

  it('is sent with that prompt, and costs what the same text costs', async () => {
    const answer = await invoke(asked(USE, { maxOutputTokens: 20 }));
    expect(answer.status, answer.body).toBe(200);
    expect(desk.standIn.lastCall()?.body).toMatchObject(PROMPT);
    const entry = await desk.entryOf(answer);
    expect(entry).toMatchObject({ operation: 'greeting', state: 'settled' });
    const plain = await invoke({
      system: PROMPT.system,
      messages: PROMPT.messages,
      model: CLAUDE,
      maxOutputTokens: 20,
    });
    const cost = (of: typeof answer) => of.headers['x-purser-cost-usd'];
    expect(cost(answer)).toBe(cost(plain));
    expect(await desk.check()).toMatchObject({ violations: [] });
  });

  it('is queued with that prompt, which a later version does not change', async () => {
    const queued = await queue(asked(USE));
    expect(queued.status, queued.text).toBe(202);
    await put({ prompt: 'Something else.' });
    const [stored = ''] = files.values();
    expect(JSON.parse(stored)).toMatchObject({ body: PROMPT, payer: { operation: 'greeting' } });
    expect(stored).not.toContain('template');
  });

  it('gets the version that it names, or the latest', async () => {
    await put({ prompt: 'Write one word.' });
    await invoke(asked(params));
    expect(JSON.stringify(desk.standIn.lastCall()?.body)).toContain('Write one word.');
    await invoke(asked({ ...USE, version: 1 }));
    expect(desk.standIn.lastCall()?.body).toMatchObject(PROMPT);
  });
});

const NIGHTS = { guest: 'Ada', nights: 3 };
const WRONG: readonly [object, string][] = [
  [asked({ name: 'farewell' }), 'template.name'],
  [asked({ ...USE, version: 9 }), 'template.version'],
  [asked({ ...params, variables: { nights: 3 } }), 'template.variables.guest'],
  [asked({ ...params, variables: { ...NIGHTS, mood: 'good' } }), 'template.variables.mood'],
  [asked({ ...params, variables: { ...NIGHTS, nights: 61 } }), 'template.variables.nights'],
  [asked(USE, { prompt: 'Hello' }), 'prompt'],
  [asked(USE, { messages: [{ role: 'user', content: 'Hello' }] }), 'messages'],
  [asked(USE, { operation: 'tag' }), 'operation'],
];

describe.each(WRONG)('%j', (body, field) => {
  it('is refused by the name of what is wrong, and holds nothing', async () => {
    const held = await reserve(body);
    expect([held.status, held.json['errors']]).toMatchObject([400, [{ field }]]);
    const answer = await invoke(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ field }] });
    const queued = await queue(body);
    expect(queued.status).toBe(400);
    expect(queued.text).toContain(field);
    expect(desk.standIn.lastCall()).toBeUndefined();
    expect(files.size).toBe(0);
  });
});

it('a template that was deleted is refused by every process within two seconds', async () => {
  expect((await reserve(asked(USE))).status).toBe(201);
  await remove();
  desk.restart();
  const refused = await reserve(asked(USE));
  expect([refused.status, refused.json['errors']]).toMatchObject([
    400,
    [{ field: 'template.name' }],
  ]);
});

it("another organization's template is none", async () => {
  await desk.newOrganization();
  const refused = await reserve(asked(USE));
  expect([refused.status, refused.json['errors']]).toMatchObject([
    400,
    [{ field: 'template.name' }],
  ]);
});
