/** A beta flag of Anthropic's Messages API, as clients send it in the header `anthropic-beta`. */
export type BetaFlag = {
  flag: string;
  /** What Amazon Bedrock calls it. Absent if Bedrock refuses it. */
  onBedrock?: string | undefined;
  /**
   * Members of the body that are unknown without it, and without which the answer is of the same kind;
   * `*` stands for every item of a list.
   */
  members: readonly string[];
  source: string;
};

/** Flags that Amazon's page on the request body of Claude's models lists. */
const AWS =
  'docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html, 2026-01';
/** LiteLLM's list of what each provider takes, which its maintainers keep since their outage. */
const LITELLM =
  'BerriAI/litellm@030dd40a litellm/anthropic_beta_headers_config.json, bedrock, 2026-11';
/** Flags that somebody sent to Bedrock one at a time. */
const PROBED = 'router-for-me/CLIProxyAPI#4750, 2026-08';
/** Requests of Claude Code that Bedrock refused. */
const REPORTED = 'anthropics/claude-code#56595, 2026-05';

const UNLISTED = 'neither of these lists has it';

const TOOL_SEARCH = 'tool-search-tool-2025-10-19';
const SCOPES = [
  'cache_control.scope',
  'system.*.cache_control.scope',
  'tools.*.cache_control.scope',
  'messages.*.cache_control.scope',
  'messages.*.content.*.cache_control.scope',
  'messages.*.content.*.content.*.cache_control.scope',
];

const accepted = (source: string, flag: string, ...members: string[]): BetaFlag => ({
  flag,
  onBedrock: flag,
  members,
  source,
});
const refused = (source: string, flag: string, ...members: string[]): BetaFlag => ({
  flag,
  members,
  source,
});

/**
 * What is known of beta flags. A flag that is not here is taken as refused: Bedrock answers every
 * flag that it does not know with an error.
 */
export const BETA_FLAGS: readonly BetaFlag[] = [
  accepted(PROBED, 'claude-code-20250219'),
  accepted(PROBED, 'interleaved-thinking-2025-05-14'),
  accepted(PROBED, 'context-management-2025-06-27', 'context_management'),
  accepted(PROBED, 'structured-outputs-2025-12-15'),
  accepted(LITELLM, 'structured-outputs-2025-11-13'),
  accepted(AWS, 'computer-use-2024-10-22'),
  accepted(AWS, 'computer-use-2025-01-24'),
  accepted(LITELLM, 'computer-use-2025-11-24'),
  accepted(AWS, 'context-1m-2025-08-07'),
  accepted(AWS, 'dev-full-thinking-2025-05-14'),
  accepted(AWS, 'effort-2025-11-24', 'output_config.effort'),
  accepted(AWS, 'output-128k-2025-02-19'),
  accepted(AWS, 'token-efficient-tools-2025-02-19'),
  accepted(AWS, 'tool-examples-2025-10-29', 'tools.*.input_examples'),
  accepted(AWS, TOOL_SEARCH, 'tools.*.defer_loading'),
  accepted(LITELLM, 'fine-grained-tool-streaming-2025-05-14', 'tools.*.eager_input_streaming'),
  accepted(LITELLM, 'compact-2026-01-12', 'context_management'),
  accepted(LITELLM, 'mid-conversation-output-config-2026-07-01'),
  accepted(LITELLM, 'mid-conversation-tool-changes-2026-07-01'),
  accepted(LITELLM, 'thinking-binding-controls-2026-08-01'),
  accepted(LITELLM, 'thinking-display-updates-2026-08-18'),
  accepted(LITELLM, 'dangerous-tool-use-2026-09-03'),
  {
    flag: 'advanced-tool-use-2025-11-20',
    onBedrock: TOOL_SEARCH,
    members: [
      'tools.*.defer_loading',
      'tools.*.input_examples',
      'tools.*.allowed_callers',
      'messages.*.content.*.caller',
    ],
    source: LITELLM,
  },
  refused(LITELLM, 'prompt-caching-scope-2026-01-05', ...SCOPES),
  refused(LITELLM, 'fast-mode-2026-02-01', 'speed'),
  refused(LITELLM, 'mcp-client-2025-04-04'),
  refused(LITELLM, 'mcp-client-2025-11-20'),
  refused(LITELLM, 'code-execution-2025-08-25'),
  refused(LITELLM, 'skills-2025-10-02'),
  refused(LITELLM, 'files-api-2025-04-14'),
  refused(LITELLM, 'web-search-2025-03-05'),
  refused(LITELLM, 'advisor-tool-2026-03-01'),
  refused(LITELLM, 'per-turn-control-2026-07-01'),
  refused(PROBED, 'oauth-2025-04-20'),
  refused(PROBED, 'redact-thinking-2026-02-12'),
  refused(PROBED, 'token-efficient-tools-2026-03-28'),
  // The life of a cached prefix needs no flag on Bedrock, so `ttl` stays.
  refused(REPORTED, 'extended-cache-ttl-2025-04-11'),
  refused(UNLISTED, 'task-budgets-2026-03-13', 'output_config.task_budget'),
];

/**
 * What a client would miss in an answer. A request that asks for it in vain is refused, as its
 * provider says.
 */
export const MISSED_MEMBERS: readonly string[] = ['output_format', 'mcp_servers', 'container'];
