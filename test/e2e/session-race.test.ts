import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient } from '../support/gateway-client.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';

const CLIENTS = 64;
const prompt = 'Name the capital of France.';
const said = [{ role: 'user', content: prompt }];
const turns = [{ role: 'user', content: [{ text: prompt }] }];
const claude = { max_tokens: 60, messages: said };

/** One call in every format, and where it names its session without knowing of Purser. */
const CALLS: readonly [path: string, body: object, session?: string][] = [
  ['/anthropic/v1/messages', { model: CLAUDE, ...claude }, 'x-claude-code-session-id'],
  ['/anthropic/v1/messages', { model: CLAUDE, ...claude, stream: true }],
  ['/openai/v1/chat/completions', { model: GPT, messages: said, max_completion_tokens: 60 }],
  ['/v1/chat/completions', { model: CLAUDE, messages: said, max_tokens: 60, stream: true }],
  ['/openai/v1/responses', { model: GPT, input: prompt, max_output_tokens: 60 }, 'session_id'],
  ['/v1/invocations', { model: CLAUDE, messages: turns, inferenceConfig: { maxTokens: 60 } }],
  [`/bedrock/model/${CLAUDE}/converse-stream`, { messages: turns }],
  [`/bedrock/model/${CLAUDE}/invoke`, { anthropic_version: 'bedrock-2023-05-31', ...claude }],
];

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
});
beforeEach(() => gateway.reset());
afterAll(() => purser?.giveBack());

/** All clients call at once. Returns the statuses. */
const race = (session: string): Promise<number[]> =>
  Promise.all(Array.from({ length: CLIENTS }, (_, at) => call(at, session)));

/** Calls in one of the formats. A refusal must name the session's budget. */
async function call(at: number, session: string): Promise<number> {
  const [path, body, header = 'x-purser-session'] = CALLS[at % CALLS.length] ?? ['', {}];
  const response = await fetch(`${purser.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${purser.key}`,
      'content-type': 'application/json',
      'x-purser-downgrade': 'false',
      [header]: session,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 200) expect(text).toMatch(new RegExp(`session/${session}`));
  return response.status;
}

describe(`${CLIENTS} clients of one session, in every format at once`, () => {
  it('are served exactly as often as its budget of ten calls says', async () => {
    await purser.put('/v1/budgets/session/ten/total', { limit: { requests: 10 } });
    const statuses = await race('ten');
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(await gateway.calls()).toHaveLength(10);
    const { body } = await purser.get('/v1/budgets/session/ten/total');
    expect(body).toMatchObject({ requests: { limit: 10, settled: 10, reserved: 0, available: 0 } });
    // Bedrock's clients repeat a 429, so a budget that is spent for good is a 400 there.
    const late = await Promise.all(CALLS.map((_, at) => call(at, 'ten')));
    expect(late).toEqual([429, 429, 429, 429, 429, 429, 400, 400]);
  });

  it('never spend more than its budget of money', async () => {
    const limitUsd = '0.008000000';
    await purser.put('/v1/budgets/session/money/total', { limitUsd });
    const statuses = await race('money');
    const served = statuses.filter((status) => status === 200).length;
    expect(served).toBeGreaterThan(5);
    expect(served).toBeLessThan(CLIENTS);
    expect(await gateway.calls()).toHaveLength(served);
    const { body } = await purser.get<Record<string, string>>('/v1/budgets/session/money/total');
    expect(body).toMatchObject({ reservedUsd: '0.000000000', overageUsd: '0.000000000' });
    expect(Number(body['settledUsd'])).toBeLessThanOrEqual(Number(limitUsd));
    expect((await purser.checkLedger()).violations).toEqual([]);
  });
});
