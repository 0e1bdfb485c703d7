import type { JsonObject } from '../gateway/wire-format.ts';

/** One record of a batch that the provider has answered. */
export type BatchAnswer =
  | { recordId: string; kind: 'answered'; body: JsonObject }
  /** The provider could not process it, and charges nothing. */
  | { recordId: string; kind: 'failed'; status: number; message: string };

/** What a batch did in sum, by the provider's manifest. */
export type BatchManifest = { total: number; processed: number; succeeded: number; failed: number };

/** A line of the file that a batch reads. */
export const recordLine = (recordId: string, modelInput: JsonObject): string =>
  `${JSON.stringify({ recordId, modelInput })}\n`;

/**
 * A line of the file that a batch wrote.
 * @returns `undefined` if the line is no record, as when the file breaks off
 */
export function answerInLine(line: string): BatchAnswer | undefined {
  const record = objectIn(line);
  const recordId = record?.['recordId'];
  if (!record || typeof recordId !== 'string') return undefined;
  const { modelOutput: body, error } = record;
  if (isObject(body)) return { recordId, kind: 'answered', body };
  if (!isObject(error)) return undefined;
  const { errorCode, errorMessage } = error;
  return {
    recordId,
    kind: 'failed',
    status: typeof errorCode === 'number' ? errorCode : 500,
    message: typeof errorMessage === 'string' ? errorMessage : 'The record was not processed.',
  };
}

/** The provider's manifest; `undefined` if the text is none. */
export function manifestIn(text: string): BatchManifest | undefined {
  const json = objectIn(text);
  const { totalRecordCount: total, processedRecordCount: processed } = json ?? {};
  const { successRecordCount: succeeded, errorRecordCount: failed } = json ?? {};
  return typeof total === 'number' &&
    typeof processed === 'number' &&
    typeof succeeded === 'number' &&
    typeof failed === 'number'
    ? { total, processed, succeeded, failed }
    : undefined;
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
