import { hashShare } from '../../traces/seeded-random.ts';
import type { ReplayRow } from '../replay-trace.ts';

/** How a call ended for its client. */
export type CallEnd = 'answered' | 'gone' | 'refused' | 'failed';
export type SentRow = {
  end: CallEnd;
  status: number;
  /** What the client was told; absent where nothing was reserved. */
  reservationId: string | undefined;
  model: string | undefined;
  region: string | undefined;
  firstByteMs: number;
};

export type GatewayAddress = { url: string; key: string };

const STREAMED_SHARE = 0.5;
/** Share of streams whose client goes away after the first bytes. */
const GONE_SHARE = 0.2;
const LONGEST_PROMPT_TOKENS = 4_000;
const LONGEST_ANSWER_TOKENS = 400;

/**
 * Sends one row as a call of its model, in the format that clients of its maker use. Half of the
 * rows are streamed, and some of their clients go away.
 */
export async function sendRow(
  { url, key }: GatewayAddress,
  { rowNumber, request, outputTokens }: ReplayRow,
  seed: number,
): Promise<SentRow> {
  const share = (what: string): number => hashShare(`${seed}/${rowNumber}/${what}`);
  const isStreamed = share('stream') < STREAMED_SHARE;
  const leaves = isStreamed && share('gone') < GONE_SHARE;
  const isMessages = request.model.includes('anthropic.');
  const mostTokens = Math.max(1, Math.min(outputTokens, LONGEST_ANSWER_TOKENS));
  const prompt = 'word '.repeat(Math.max(1, Math.min(request.inputTokens, LONGEST_PROMPT_TOKENS)));
  const startedMs = performance.now();
  const response = await fetch(
    `${url}${isMessages ? '/anthropic/v1/messages' : '/openai/v1/chat/completions'}`,
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'x-purser-system': request.system,
        'x-purser-user': request.userId,
        'x-purser-department': request.departmentId,
        'x-purser-operation': request.operation,
      },
      body: JSON.stringify({
        model: request.model,
        messages: [{ role: 'user', content: prompt }],
        ...(isMessages ? { max_tokens: mostTokens } : { max_completion_tokens: mostTokens }),
        ...(isStreamed ? { stream: true } : {}),
      }),
    },
  );
  const firstByteMs = performance.now() - startedMs;
  const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
  const facts = {
    status: response.status,
    reservationId: header('x-purser-reservation-id'),
    model: header('x-purser-model'),
    region: header('x-purser-region'),
    firstByteMs,
  };
  if (leaves && response.ok) {
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    return { ...facts, end: 'gone' };
  }
  const isWhole = await response.text().then(
    () => true,
    () => false,
  );
  const refusal = response.status >= 400 && response.status < 500 ? 'refused' : 'failed';
  return { ...facts, end: response.ok && isWhole ? 'answered' : refusal };
}
