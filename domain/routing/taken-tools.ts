import { BEDROCK, type Endpoint } from './endpoint.ts';

/**
 * Amazon Bedrock's Responses API answers `unknown variant` to every type of tool but `function`, and
 * `mcp`, which Purser's role may not run (openai/codex#19416 and #25034, April and May 2026). Some of
 * its models may take more by now; functions serve all of them.
 */
const ON_BEDROCK: readonly string[] = [];

/** The translation to Converse knows custom tools itself. */
const BY_CONVERSE: readonly string[] = ['custom'];

/** Types of tools, besides `function`, that an endpoint takes; `undefined` if it takes all. */
export function takenTools({ provider, api, toolTypes }: Endpoint): readonly string[] | undefined {
  if (api === 'converse') return BY_CONVERSE;
  return provider === BEDROCK ? ON_BEDROCK : toolTypes;
}
