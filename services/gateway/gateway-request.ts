import type { AiRequest } from '../../contracts/ai-request.ts';
import type { TemplateUse } from '../../contracts/template-use.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { HeaderWish } from '../../domain/caching/cache-wish.ts';
import type { Wire } from '../../domain/gateway/wire.ts';
import type { JsonObject, StreamEvent } from '../../domain/gateway/wire-format.ts';
import type { ShorteningWish } from '../../domain/prompts/shortening.ts';

/** What a client asks of the gateway, checked and with the ids of its organization. */
export type GatewayRequest = {
  call: Call;
  wire: Wire;
  /** The model as the client names it. */
  modelName: string;
  /** Who pays, and how the request may be served. */
  payer: Omit<AiRequest, 'model' | 'prompt' | 'messages' | 'inputTokens' | 'maxOutputTokens'>;
  /** The client's body, unchanged. */
  body: JsonObject;
  /** Headers that the provider understands. */
  headers: Record<string, string>;
  isStreamed: boolean;
  /** Whether the predicted length limits the output even where budgets have plenty left. */
  isLimitedAsPredicted: boolean;
  /** Whether the prompt may be marked for the provider's cache where that pays. */
  marksPrompts: boolean;
  /** What makes the prompt, if it comes from a template; the body then has no messages yet. */
  template?: TemplateUse | undefined;
  /** How the prompt is to be shortened; absent: not at all. */
  shortening?: ShorteningWish | undefined;
  /** Whether Codex asks, which has ways of its own to tell its user of limits. */
  isCodex: boolean;
  /** What the client says of the cache of answers; absent: what the organization has set. */
  cache?: HeaderWish | undefined;
  /** Whether an answer from the cache that was booked under this key may be given again. */
  mayRepeatHit?: boolean | undefined;
  requestId: string;
  idempotencyKey: string | undefined;
};

/** The client's end of a request. Nothing that it does stops what was begun. */
export type ClientAnswer = {
  /** Answers at once with a whole body of JSON. */
  whole(status: number, headers: Record<string, string>, json: string): void;
  /** Begins a stream in the client's format. */
  begin(headers: Record<string, string>): void;
  /** Sends an event. An exception is one that ends Amazon's event stream with an error. */
  event(event: StreamEvent, kind?: 'exception'): void;
  /** Keeps a silent stream open. */
  ping(): void;
  /** Ends the stream, with facts for clients that look for them. */
  close(facts: Record<string, string>): void;
  /** Whether the client went away before it was sent all that it was to get so far. */
  isGone(): boolean;
};
