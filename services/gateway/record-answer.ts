import type { StoredAnswer } from '../../contracts/stored-answer.ts';
import { createStreamWatch, isCompleteAnswer } from '../../domain/caching/answer-recorder.ts';
import type { StreamEvent } from '../../domain/gateway/wire-format.ts';
import { parseUsd } from '../../domain/money.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';

/** Longer answers are not kept, so nobody needs to remember them. */
const MOST_CHARACTERS = 300_000;

type Recorded = { headers: Record<string, string>; body: Body | undefined };
type Body = { kind: 'whole'; json: string } | { kind: 'stream'; events: readonly StreamEvent[] };

/**
 * Passes an answer on to its client, and remembers it.
 * @returns `stored`: the answer as it may be given again, once all of it was passed on; `undefined` if
 *   it is not complete, too long, not settled, or of another model than the client asked for
 */
export function recordAnswer(
  { wire }: Pick<GatewayRequest, 'wire'>,
  client: ClientAnswer,
): { client: ClientAnswer; stored(): StoredAnswer | undefined } {
  const watch = createStreamWatch(wire.api);
  const events: StreamEvent[] = [];
  let characters = 0;
  let recorded: Recorded = { headers: {}, body: undefined };
  return {
    client: {
      ...client,
      whole(status, headers, json) {
        if (status === 200 && isCompleteAnswer(wire.api, json)) {
          recorded = { headers, body: { kind: 'whole', json } };
        }
        client.whole(status, headers, json);
      },
      begin(headers) {
        recorded = { headers, body: undefined };
        client.begin(headers);
      },
      event(event, kind) {
        characters += event.data.length;
        if (kind === 'exception') watch.fail();
        if (characters <= MOST_CHARACTERS) {
          watch.see(event);
          events.push(event);
        } else watch.fail();
        client.event(event, kind);
      },
      close(facts) {
        const headers = { ...recorded.headers, ...facts };
        const isKept = watch.isComplete() && events.length > 0;
        recorded = { headers, body: isKept ? { kind: 'stream', events } : undefined };
        client.close(facts);
      },
    },
    stored: () => storedOf(recorded),
  };
}

function storedOf({ headers, body }: Recorded): StoredAnswer | undefined {
  const {
    'x-purser-cost-usd': costUsd = '',
    'x-purser-model': model,
    'x-purser-region': region,
    'x-purser-reservation-id': reservationId,
    'x-purser-decision': decision,
    'x-purser-removed': removed,
  } = headers;
  const costNanoUsd = parseUsd(costUsd);
  if (!body || costNanoUsd === undefined || decision !== 'proceed') return undefined;
  if (model === undefined || reservationId === undefined) return undefined;
  return {
    ...(body.kind === 'whole' ? body : { kind: body.kind, events: [...body.events] }),
    model,
    reservationId,
    costNanoUsd: costNanoUsd.toString(),
    ...(region === undefined ? {} : { region }),
    ...(removed === undefined ? {} : { removed }),
  };
}
