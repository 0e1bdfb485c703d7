import { ownValue } from '../own-value.ts';
import { type Gathered, gatherMembers, UnreadableUsageError } from './gather-members.ts';
import { type Rows, SPEED, TIER, USD } from './meaning.ts';

/** Where whole responses and final events of streams hold their usage. */
const WRAPPERS = [
  'usage',
  'usageMetadata',
  'usage_metadata',
  'usage_info',
  'amazon-bedrock-invocationMetrics',
  'metadata.usage',
  'response.usage',
  'response.usageMetadata',
  'message.usage',
  'delta.usage',
  'x_groq.usage',
  'meta',
] as const;

/** Members next to the usage that affect its price. No other member of a response is billed. */
const BESIDE: Rows = {
  service_tier: TIER,
  serviceTier: TIER,
  'serviceTier.type': TIER,
  'performanceConfig.latency': SPEED,
  response_cost: USD,
  '_hidden_params.response_cost': USD,
  total_cost_usd: USD,
};

/** A usage object, its path in the report, and the members next to it. */
export type Unwrapped = { usage: object; path: string; beside?: Gathered | undefined };

/**
 * Finds the usage in a whole response or in the last event of a stream.
 * @param isUsage whether an object is itself a usage
 * @throws UnreadableUsageError for the first event of a stream, whose counts are not final
 */
export function unwrapUsage(report: object, isUsage: (candidate: object) => boolean): Unwrapped {
  if (isUsage(report)) return { usage: report, path: '' };
  if (memberAt(report, 'type') === 'message_start') {
    throw new UnreadableUsageError('type', 'is the first event of a stream. Send the last one');
  }
  for (const path of WRAPPERS) {
    const usage = memberAt(report, path);
    if (typeof usage !== 'object' || usage === null || Array.isArray(usage)) continue;
    const parent = path.includes('.') ? memberAt(report, path.split('.')[0] ?? '') : report;
    return { usage, path, beside: gatherBeside(parent ?? report) };
  }
  return { usage: report, path: '' };
}

function gatherBeside(response: unknown): Gathered | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  const members = Object.entries(BESIDE).flatMap(([path, meaning]) => {
    const value = memberAt(response, path);
    const isValue = typeof value === 'string' || typeof value === 'number';
    return isValue ? [[path, meaning, value] as const] : [];
  });
  return gatherMembers(
    Object.fromEntries(members.map(([path, , value]) => [path, value])),
    Object.fromEntries(members.map(([path, meaning]) => [path, meaning])),
  );
}

/** The own member at a path, or `undefined`. */
export function memberAt(value: unknown, path: string): unknown {
  let member = value;
  for (const name of path.split('.')) {
    if (typeof member !== 'object' || member === null) return undefined;
    member = ownValue(member as Record<string, unknown>, name);
  }
  return member;
}
