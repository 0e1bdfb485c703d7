import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { aiRequest } from '../../contracts/ai-request.ts';
import { budgetCheckViewOf, type CheckBody } from '../../contracts/budgets.ts';
import {
  MCP_SYSTEM,
  MCP_TOOLS,
  type McpInput,
  type McpOutput,
  type McpToolName,
} from '../../contracts/mcp.ts';
import type { Call, Caller } from '../../domain/access/caller.ts';
import type { Named } from '../../domain/naming/naming.ts';
import { formatUsd, parseUsd } from '../../domain/money.ts';
import { invalidField } from '../../services/errors.ts';
import { checkRequest, type CheckRequestDeps } from '../../services/members/check-request.ts';
import { predictCost, type PredictCostDeps } from '../../services/prediction/predict-cost.ts';
import { requireMayActFor } from '../edge/access.ts';
import type { Edge } from '../edge/http-handler.ts';
import { namedRequest } from '../edge/naming.ts';
import { parsePart } from '../edge/parse-request.ts';
import { recordEvents, type RecordEventsDeps } from '../edge/record-events.ts';
import { reportProblem } from '../edge/report-problem.ts';
import { quoteText, recordedText, refusalText, remainingText } from './tool-texts.ts';

export type ToolDeps = Pick<Edge, 'telemetry'> &
  CheckRequestDeps &
  PredictCostDeps &
  RecordEventsDeps;

type ToolCall = Caller & Call;
/** One request: who calls, and the id under which refusals and failures are logged. */
export type Exchange = { call: ToolCall; requestId: string };
/** A result for a model to read, and the same as data. */
type ToolAnswer<Name extends McpToolName> = { text: string; data: McpOutput<Name> };
type ToolResult = {
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: true;
};

export const isTool = (name: string): name is McpToolName => Object.hasOwn(MCP_TOOLS, name);

/**
 * Runs a tool for a caller. A refusal is a result that says what to do instead.
 * @throws McpError if the fault is ours, which is logged
 */
export async function answerOfTool(
  deps: ToolDeps,
  { call, requestId }: Exchange,
  name: McpToolName,
  input: unknown,
): Promise<ToolResult> {
  try {
    const { text, data } = await TOOLS[name](deps, call, input);
    return { content: [{ type: 'text', text }], structuredContent: data };
  } catch (error) {
    const problem = reportProblem(deps.telemetry, { requestId, route: 'POST /mcp' }, error);
    if (problem.type === 'internal') {
      throw new McpError(ErrorCode.InternalError, `The error is logged under ${requestId}.`);
    }
    return { content: [{ type: 'text', text: refusalText(problem) }], isError: true };
  }
}

const TOOLS: {
  [Name in McpToolName]: (
    deps: ToolDeps,
    call: ToolCall,
    input: unknown,
  ) => Promise<ToolAnswer<Name>>;
} = { remaining_budget: remainingBudget, quote, report_usage: reportUsage };

async function remainingBudget(deps: ToolDeps, call: ToolCall, input: unknown) {
  const request = ownRequest(call, parsePart(MCP_TOOLS.remaining_budget.input, input, 'body'));
  const { left, budgets } = await leftFor(deps, call, { ...request, estimatedCostUsd: 0n });
  return {
    text: remainingText(budgets, subjectOf(call, request)),
    data: MCP_TOOLS.remaining_budget.output.parse(left),
  };
}

async function quote(deps: ToolDeps, call: ToolCall, input: unknown) {
  const asked = ownRequest(call, parsePart(MCP_TOOLS.quote.input, input, 'body'));
  const { given, toolCalls, ...fields } = asked;
  const units = toolCalls === undefined ? {} : { units: { toolCalls } };
  const request = {
    ...parsePart(aiRequest, { ...fields, ...units }, 'body'),
    ...(given ? { given } : {}),
  };
  const prediction = await predictCost(deps, call, request);
  const { userId, departmentId, system, sessionId, tags } = request;
  const { allowed, decidingBudgetId, left, budgets } = await leftFor(deps, call, {
    userId,
    departmentId,
    system,
    sessionId,
    tags,
    given,
    model: prediction.model,
    estimatedCostUsd: parseUsd(prediction.upperBoundUsd) ?? 0n,
    inputTokens: prediction.inputTokens,
    maxOutputTokens: request.maxOutputTokens,
  });
  const data = { ...prediction, ...left, fits: allowed, decidingBudgetId };
  return {
    text: quoteText(data, budgets, subjectOf(call, request)),
    data: MCP_TOOLS.quote.output.parse(data),
  };
}

async function reportUsage(deps: ToolDeps, call: ToolCall, input: unknown) {
  const parsed = parsePart(MCP_TOOLS.report_usage.input, input, 'body');
  const request = ownRequest(call, parsed);
  const eventId = parsed.eventId ?? deps.newId();
  const { accepted, rejected } = await recordEvents(deps, call, [eventOf(call, parsed, eventId)]);
  const [refusal] = rejected;
  if (refusal) throw invalidField(refusal.field.replace(/^usage\./, ''), refusal.message);
  const { userId, departmentId, system, model, sessionId, tags, given } = request;
  const { left, budgets } = await leftFor(deps, call, {
    userId,
    departmentId,
    system,
    model,
    sessionId,
    tags,
    given,
    estimatedCostUsd: 0n,
  });
  const data = { ...left, eventId, isDuplicate: accepted === 0 };
  return {
    text: recordedText(data, budgets, subjectOf(call, request)),
    data: MCP_TOOLS.report_usage.output.parse(data),
  };
}

/** The report as an event of `POST /v1/usage`, which is checked as such. */
function eventOf(call: ToolCall, report: McpInput<'report_usage'>, eventId: string) {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, toolCalls, ...facts } =
    report;
  const { actualCostUsd, at = call.nowMs, ...rest } = withPrincipals(call, facts);
  return {
    ...rest,
    eventId,
    at: new Date(at).toISOString(),
    usage: { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, toolCalls },
    ...(actualCostUsd === undefined ? {} : { actualCostUsd: formatUsd(actualCostUsd) }),
  };
}

type Principals = {
  userId?: string | undefined;
  departmentId?: string | undefined;
  system?: string | undefined;
};

/** What the input leaves out and the credentials leave no choice about. */
function withPrincipals<Input extends Principals>(call: ToolCall, input: Input) {
  const userId = input.userId ?? onlyOf(call.users);
  if (userId === undefined) {
    throw invalidField(
      'userId',
      'is missing. Say whose money it is: these credentials are not for one user',
    );
  }
  return {
    ...input,
    userId,
    departmentId: input.departmentId ?? onlyOf(call.departments),
    system: input.system ?? onlyOf(call.systems) ?? MCP_SYSTEM,
  };
}

/** The input with its principals, for whom the caller may act. */
function ownRequest<Input extends Principals>(call: ToolCall, input: Input) {
  const request = namedRequest(call, withPrincipals(call, input));
  requireMayActFor(call, request);
  return request;
}

const onlyOf = (list: readonly string[] | undefined): string | undefined =>
  list?.length === 1 ? list[0] : undefined;

/** How texts address the user: "you" if the key belongs to that user. */
const subjectOf = (call: ToolCall, { userId, given }: Named<{ userId: string }>) =>
  onlyOf(call.users) === undefined ? (given?.userId ?? userId) : 'you';

/** What is left for a request, and whether its cost would fit. */
async function leftFor(deps: ToolDeps, call: ToolCall, body: Named<CheckBody>) {
  const checked = await checkRequest(deps, call, body);
  const view = budgetCheckViewOf(checked, call.nowMs);
  const { remainingUsd, budgets } = view;
  return { ...view, left: { userId: body.given?.userId ?? body.userId, remainingUsd, budgets } };
}
