import { ownValue } from '../own-value.ts';
import { BETA_FLAGS, MISSED_MEMBERS } from './beta-flags.ts';
import { withoutMember } from './reading.ts';
import type { JsonObject } from './wire-format.ts';

/** What is sent to a provider. */
export type Sent = { headers: Readonly<Record<string, string>>; body: JsonObject };

/** A request of Anthropic's Messages API as Amazon Bedrock takes it, and what it does without. */
export type Bridged = Sent & {
  /** Flags, and paths of members. */
  removed: readonly string[];
};

const HEADER = 'anthropic-beta';

const ROWS = new Map(BETA_FLAGS.map((row) => [row.flag, row]));

/**
 * Leaves out the beta flags that Amazon Bedrock refuses, with the members that only they allow: a flag
 * and its members travel together or not at all. A flag that Bedrock knows by another name gets that.
 */
export function bridged({ headers, body }: Sent): Bridged {
  const flags = flagsIn(headers);
  return withFlags({ headers, body }, flags, (flag) => ROWS.get(flag)?.onBedrock);
}

/**
 * A request that Bedrock refused, without what it refused: all its flags if one of them is invalid,
 * because Bedrock does not say which; or an unknown member that a removed flag may have allowed.
 * @returns `undefined` if it was refused for another reason
 */
export function bridgedFurther(request: Bridged, refusal: string): Bridged | undefined {
  const { headers, body, removed } = request;
  const flags = flagsIn(headers);
  if (INVALID_FLAG.test(refusal) && flags.length > 0) {
    const bare = withFlags({ headers, body }, flags, () => undefined);
    return { ...bare, removed: [...removed, ...bare.removed] };
  }
  const place = UNKNOWN_MEMBER.exec(refusal)?.[1];
  if (place === undefined || removed.length === 0) return undefined;
  const path = pathOf(place);
  if (MISSED_MEMBERS.includes(path)) return undefined;
  const without = withoutMember(body, path);
  return without === body ? undefined : { headers, body: without, removed: [...removed, path] };
}

/** A request without any flag, for a route that takes none. */
export const withoutFlags = (request: Sent): Bridged =>
  withFlags(request, flagsIn(request.headers), () => undefined);

const INVALID_FLAG = /\binvalid beta flag\b/i;
const UNKNOWN_MEMBER = /([\w.-]+): Extra inputs are not permitted/;

function withFlags(
  { headers, body }: Sent,
  flags: readonly string[],
  nameOf: (flag: string) => string | undefined,
): Bridged {
  const kept = [...new Set(flags.flatMap((flag) => nameOf(flag) ?? []))];
  const allowed = new Set(kept.flatMap((flag) => ROWS.get(flag)?.members ?? []));
  const lost = flags
    .flatMap((flag) => ROWS.get(flag)?.members ?? [])
    .filter((path) => !allowed.has(path));
  let left = body;
  const removed: string[] = flags.filter((flag) => nameOf(flag) === undefined);
  for (const path of new Set(lost)) {
    const without = withoutMember(left, path);
    if (without !== left) removed.push(path);
    left = without;
  }
  const { [HEADER]: _, ...others } = headers;
  return {
    headers: kept.length > 0 ? { ...others, [HEADER]: kept.join(',') } : others,
    body: left,
    removed,
  };
}

const flagsIn = (headers: Sent['headers']): string[] => [
  ...new Set(
    (ownValue(headers, HEADER) ?? '')
      .split(',')
      .map((flag) => flag.trim())
      .filter((flag) => flag !== ''),
  ),
];

/** What Bedrock puts into the path of a member to say which type of block it took it for. */
const TYPES = new Set([
  'custom',
  'ephemeral',
  'text',
  'image',
  'document',
  'tool_use',
  'tool_result',
  'enabled',
  'adaptive',
]);

/** `tools.11.custom.defer_loading` as `tools.*.defer_loading`. */
function pathOf(place: string): string {
  const names = place.split('.');
  return names
    .filter((name, at) => at === 0 || at === names.length - 1 || !TYPES.has(name))
    .map((name) => (/^\d+$/.test(name) ? '*' : name))
    .join('.');
}
