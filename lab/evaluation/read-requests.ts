import { createConversations } from './figures/conversations.ts';
import { DEFAULT_PRICES, type OwnPrices } from './figures/known-request.ts';
import type { TracedRequest } from './figures/blind-run.ts';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { pricedAs } from '../traces/assign-request.ts';
import { KNOWN_COLUMNS, recognizeTrace } from '../traces/trace-format.ts';
import type { TraceRecord } from '../traces/trace-record.ts';
import { type DataFolder, datasetOf, UnreadableDataError } from './data-folder.ts';

/** Requests of a trace file, as read. */
export type RequestFile = {
  requests: TracedRequest[];
  /** Rows left out because their lengths are invalid. */
  skipped: number;
  /** Requests charged at the default prices. */
  atDefaultPrice: number;
};

/** Files that contain single requests. */
export const isRequestFile = (file: string): boolean =>
  /^requests_.+\.csv(?:\.gz)?$|^mooncake_.+\.jsonl(?:\.gz)?$/.test(file);

/** The traces of a folder with these files, by name. */
export const tracesIn = (files: readonly string[]): string[] =>
  files.filter(isRequestFile).map(datasetOf).toSorted();

const UNNAMED_MODEL = 'unnamed-model';

/**
 * `default` charges every request the same, so that traces are comparable; `own` charges by model.
 */
export type Pricing = 'default' | 'own';

/**
 * Reads a trace's requests in order of time, or of rows if it has no clock.
 * @throws UnreadableDataError for unknown columns
 */
export async function readRequests(
  folder: DataFolder,
  file: string,
  pricing: Pricing,
): Promise<RequestFile> {
  const dataset = datasetOf(file);
  const priceOf = pricing === 'own' ? createPrices() : () => undefined;
  const read: RequestFile = { requests: [], skipped: 0, atDefaultPrice: 0 };
  const conversationOf = createConversations();
  let format: ReturnType<typeof recognizeTrace>;
  for await (const line of folder.lines(file)) {
    if (line.trim() === '') continue;
    if (!format) {
      format = recognizeTrace(line);
      if (!format) {
        throw new UnreadableDataError(
          `${file} is not a known trace. Known first lines: ${KNOWN_COLUMNS}`,
        );
      }
      if (format.hasHeader) continue;
    }
    const row = format.parseRow(line);
    if (!row.ok) {
      read.skipped += 1;
      continue;
    }
    const prices = priceOf(row.record.model);
    if (prices === undefined) read.atDefaultPrice += 1;
    const { record } = row;
    const session = record.session ?? (record.prefixBlocks && conversationOf(record.prefixBlocks));
    read.requests.push(requestOf(dataset, { ...record, session }, prices ?? DEFAULT_PRICES));
  }
  return { ...read, requests: read.requests.toSorted(byTime) };
}

const byTime = (first: TracedRequest, second: TracedRequest): number =>
  (first.known.atMs ?? 0) - (second.known.atMs ?? 0);

/**
 * What a caller would send before the call. A trace is one system; its model is the one that
 * answers (in a trace of judgments, the judge), its operation the edit mode, the template or
 * nothing, and its session the judged item or the conversation that its prefix continues.
 */
const requestOf = (dataset: string, record: TraceRecord, prices: OwnPrices): TracedRequest => ({
  known: {
    atMs: record.atMs,
    inputTokens: record.inputTokens,
    model: record.model ?? UNNAMED_MODEL,
    system: dataset,
    operation: record.operation,
    userId: record.userId,
    session: record.session,
    ...prices,
  },
  outputTokens: record.outputTokens,
});

/** Prices by model name, from Purser's own rate cards. */
function createPrices(): (model: string | undefined) => OwnPrices | undefined {
  const pricesOfModel = new Map<string, OwnPrices | undefined>();
  const cards = builtInCards.keys();
  return (model) => {
    if (model === undefined) return undefined;
    if (!pricesOfModel.has(model)) pricesOfModel.set(model, pricesOf(pricedAs(model, cards)));
    return pricesOfModel.get(model);
  };
}

function pricesOf(card: string | undefined): OwnPrices | undefined {
  const resolved =
    card === undefined ? undefined : resolveRate({ model: card, atMs: Number.MAX_SAFE_INTEGER });
  if (!resolved?.ok) return undefined;
  return {
    inputUsdPerMillion: Number(resolved.rate.inputNanoUsdPerMillion) / 1e9,
    outputUsdPerMillion: Number(resolved.rate.outputNanoUsdPerMillion) / 1e9,
  };
}
