import { NO_TOKENS } from '../token-usage.ts';
import type { Entry } from './entry.ts';

/**
 * The first field in which a usage event differs from the charge that stands under its id. Older charges
 * do not keep their service tier, so a difference that shows in no other field lies there.
 * @param sent the charge that the event would make
 */
export function differingField(recorded: Entry, sent: Entry): string {
  const [before, after] = [fieldsOf(recorded), fieldsOf(sent)];
  const names = [...before.keys(), ...after.keys()];
  return names.find((name) => before.get(name) !== after.get(name)) ?? 'serviceTier';
}

/** The fields of an event as its charge keeps them; a count of 0 is as good as none. */
function fieldsOf(entry: Entry): Map<string, string> {
  const { usage = NO_TOKENS, tags = {}, given = {}, traits = {}, answer = {} } = entry;
  const fields: [string, string | number | undefined][] = [
    ...Object.entries(usage)
      .filter(([, count]) => count !== 0)
      .map(([name, count]): [string, number | undefined] => [`usage.${name}`, count]),
    ['userId', given.userId ?? entry.userId],
    ['departmentId', given.departmentId ?? entry.departmentId],
    ['system', given.system ?? entry.system],
    ['model', given.model ?? entry.model],
    ['at', entry.occurredAtMs],
    ['sessionId', entry.sessionId],
    ['operation', entry.operation],
    ['region', entry.region],
    ['serviceTier', entry.serviceTier],
    ['maxOutputTokens', entry.maxOutputTokens],
    ['urgency', traits.urgency],
    ['attempt', traits.attempt],
    ['promptHash', traits.promptHash],
    ['prefix.hash', traits.prefix?.hash],
    ['prefix.tokens', traits.prefix?.tokens],
    ['latencyMs', entry.latencyMs],
    ['quality', entry.quality],
    ['usage.reasoningOutputTokens', answer.reasoningOutputTokens],
    ['finishReason', answer.finishReason],
    ['cacheHit', answer.isCacheHit && 'true'],
    ['status', answer.status],
    [
      'actualCostUsd',
      entry.pricedNanoUsd === undefined ? undefined : entry.chargedNanoUsd.toString(),
    ],
    ...Object.entries(tags).map(([key, value]): [string, string] => [`tags.${key}`, value]),
  ];
  return new Map(
    fields.flatMap(([field, value]) => (value === undefined ? [] : [[field, String(value)]])),
  );
}
