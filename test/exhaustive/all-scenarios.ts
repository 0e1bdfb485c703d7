import { MEMORY_SCENARIOS } from './memory-scenarios.ts';
import { RULE_SCENARIOS } from './rule-scenarios.ts';
import { type Scenario, SCENARIOS } from './scenarios.ts';
import { WORKFLOW_SCENARIOS } from './workflow-scenarios.ts';

/** Everything that can be explored. */
export const ALL_SCENARIOS: readonly Scenario[] = [
  ...SCENARIOS,
  ...MEMORY_SCENARIOS,
  ...RULE_SCENARIOS,
  ...WORKFLOW_SCENARIOS,
];
