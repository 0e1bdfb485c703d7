import type { AiRequest, Purser, Reservation } from './purser.ts';

/** Who pays for the calls of a wrapped client, and what else Purser should know of them. */
export type Payer = Pick<AiRequest, 'system' | 'userId'> &
  Partial<Omit<AiRequest, 'system' | 'userId' | 'model' | 'prompt' | 'messages' | 'inputTokens'>>;

type Report = Record<string, unknown>;

/** A call under a reservation. */
type GuardedCall<Answer> = {
  request: AiRequest;
  /** Makes the call, with the model and the maximum that are paid for. */
  make: (reservation: Reservation) => Promise<Answer>;
  /** What the provider reports in its answer; `undefined` if the answer is a stream. */
  reportOf: (answer: Answer) => Report | undefined;
};

/**
 * Reserve, call, settle. If the provider refuses the call, the reservation is voided. If the call breaks off without an
 * answer, nobody knows whether the provider bills it: the reservation then expires and is presumed spent.
 */
export async function guarded<Answer>(
  purser: Purser,
  { request, make, reportOf }: GuardedCall<Answer>,
): Promise<{ answer: Answer; reservation: Reservation }> {
  const reservation = await purser.reserve(request);
  const answer = await made(purser, reservation, () => make(reservation));
  const report = reportOf(answer);
  if (report) await purser.settle(reservation.reservationId, { providerUsage: report });
  return { answer, reservation };
}

async function made<Answer>(
  purser: Purser,
  { reservationId }: Reservation,
  make: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await make();
  } catch (error) {
    if (isRefusal(error)) await purser.void(reservationId).catch(() => undefined);
    throw error;
  }
}

/** Errors of SDKs carry the status of the provider's answer, if there was one. */
function isRefusal(error: unknown): boolean {
  const { status, $metadata } = (error ?? {}) as {
    status?: unknown;
    $metadata?: { httpStatusCode?: unknown };
  };
  const code = status ?? $metadata?.httpStatusCode;
  return typeof code === 'number' && code >= 400;
}

/**
 * Passes the events of a stream on, and settles with what the last report in it says. A stream that
 * ends or is left without a report stays reserved, and is presumed spent when it expires.
 * @param readReport what an event adds to the report, if anything
 * @param isHidden whether an event is only for us
 */
export async function* settledStream<Event>(
  purser: Purser,
  { reservationId }: Reservation,
  events: AsyncIterable<Event>,
  readReport: (event: Event, earlier: Report | undefined) => Report | undefined,
  isHidden: (event: Event) => boolean = () => false,
): AsyncGenerator<Event> {
  let report: Report | undefined;
  for await (const event of events) {
    report = readReport(event, report) ?? report;
    if (!isHidden(event)) yield event;
  }
  if (report) await purser.settle(reservationId, { providerUsage: report });
}

/** The same object with some members replaced. Everything else stays as it is. */
export const withMembers = <Wrapped extends object>(
  wrapped: Wrapped,
  members: Record<PropertyKey, unknown>,
): Wrapped =>
  new Proxy(wrapped, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
