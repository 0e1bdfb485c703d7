import { ownValue } from '../own-value.ts';
import { type Gathered, gatherMembers, UnreadableUsageError } from './gather-members.ts';
import { type Rows, SPEED, TIER, USD } from './meaning.ts';
import { type ToolUse, toolsIn } from './tools-in-response.ts';

/** Where whole responses, final events of streams and lines of batches hold their usage. */
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
  'event.usageEvent',
  'usageEvent',
  'meta',
  // Moonshot's last chunk.
  'choices.0.usage',
  // A line of a batch: Anthropic's, OpenAI's, Bedrock's.
  'result.message.usage',
  'response.body.usage',
  'modelOutput.usage',
  // What the AWS SDK for Python returns for InvokeModel.
  'ResponseMetadata.HTTPHeaders',
] as const;

/** Members next to the usage that affect its price, besides calls of tools (`toolsIn`). */
const BESIDE: Rows = {
  service_tier: TIER,
  serviceTier: TIER,
  'serviceTier.type': TIER,
  'performanceConfig.latency': SPEED,
  response_cost: USD,
  '_hidden_params.response_cost': USD,
  total_cost_usd: USD,
};

/** A usage object, its path in the report, and what stands next to it. */
export type Unwrapped = {
  usage: object;
  path: string;
  beside?: (Gathered & { tools: ToolUse }) | undefined;
};

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
    const steps = path.split('.').slice(0, -1);
    const parent = steps.length === 0 ? report : memberAt(report, steps.join('.'));
    return { usage, path, beside: gatherBeside(parent) };
  }
  return { usage: report, path: '' };
}

function gatherBeside(response: unknown): Unwrapped['beside'] {
  if (typeof response !== 'object' || response === null) return undefined;
  const members = Object.entries(BESIDE).flatMap(([path, meaning]) => {
    const value = memberAt(response, path);
    const isValue = typeof value === 'string' || typeof value === 'number';
    return isValue ? [[path, meaning, value] as const] : [];
  });
  const gathered = gatherMembers(
    Object.fromEntries(members.map(([path, , value]) => [path, value])),
    Object.fromEntries(members.map(([path, meaning]) => [path, meaning])),
  );
  return { ...gathered, tools: toolsIn(response) };
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
