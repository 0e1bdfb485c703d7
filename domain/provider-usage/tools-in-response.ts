import { ownValue } from '../own-value.ts';
import type { UnitCounts } from '../token-usage.ts';
import { isGemini2 } from './model-family.ts';

/**
 * Calls of tools that a response shows but its usage does not count. `queries` are Gemini's
 * searches. `unread` are the paths of calls whose price has no unit here.
 */
export type ToolUse = { counts: UnitCounts; queries: number; unread: string[] };

/** Calls in the output of OpenAI's Responses that bill only tokens. */
const FREE_CALLS = new Set([
  'function_call',
  'custom_tool_call',
  'computer_call',
  'mcp_call',
  'local_shell_call',
  'apply_patch_call',
  'tool_search_call',
]);

/** Steps of a web search that bill only tokens. */
const READING = new Set(['open_page', 'find_in_page']);

/** What the tools of a whole response bill, besides tokens. */
export function toolsIn(response: object): ToolUse {
  const counts = { webSearches: 0, fileSearches: 0, codeExecutions: 0 };
  const unread: string[] = [];
  const containers = new Set<unknown>();
  for (const [position, item] of listAt(response, 'output').entries()) {
    const type = memberOf(item, 'type');
    if (type === 'web_search_call') {
      const action = memberOf(memberOf(item, 'action'), 'type');
      if (!READING.has(String(action))) counts.webSearches += 1;
    } else if (type === 'file_search_call') counts.fileSearches += 1;
    else if (type === 'code_interpreter_call') {
      containers.add(memberOf(item, 'container_id') ?? position);
    } else if (typeof type === 'string' && type.endsWith('_call') && !FREE_CALLS.has(type)) {
      unread.push(`output[${position}].type`);
    }
  }
  counts.codeExecutions = containers.size;
  return { counts, queries: searchQueries(response), unread };
}

/** Web searches: Gemini 2 bills a grounded prompt once, later models each of their queries. */
export const searchesOf = ({ counts, queries }: ToolUse, model: string | undefined): number => {
  const isOnce = model !== undefined && isGemini2(model);
  return (counts.webSearches ?? 0) + (isOnce ? Math.min(queries, 1) : queries);
};

/** Google bills a query that a model repeats once. */
function searchQueries(response: object): number {
  const queries = listAt(response, 'candidates').flatMap((candidate) =>
    listAt(memberOf(candidate, 'groundingMetadata'), 'webSearchQueries'),
  );
  return new Set(queries.filter((query) => query !== '')).size;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? ownValue(value as Record<string, unknown>, name)
    : undefined;

function listAt(value: unknown, name: string): unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}
