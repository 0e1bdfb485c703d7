import { closeWorkflow, findWorkflow } from '../../services/reservations/close-workflow.ts';
import { openWorkflow } from '../../services/reservations/open-workflow.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { ORGANIZATION } from '../simulation/world.ts';
import { callOf } from '../support/call.ts';
import { close, persist, reserve, spend, sweep } from './client-actions.ts';
import {
  type Action,
  AT_MS,
  keyAt,
  REQUEST_NANO_USD,
  requestOf,
  type Scenario,
  spender,
  usual,
} from './scenarios.ts';
import { type Client, HOLD_MS } from './small-world.ts';

const whole = (amountNanoUsd: bigint): bigint => amountNanoUsd;
const KEY_OF_WORKFLOW = 9;

/** Opens a workflow of one call. @returns its id */
async function open(client: Client): Promise<string> {
  const answer = await persist(client, async ({ deps, db, now }) => {
    const step = { probability: 1, times: 1, retries: 0, retryProbability: 0 };
    const outcome = await openWorkflow(
      { ...deps, rateCards: createRateCardStore(db) },
      callOf(ORGANIZATION, now()),
      { steps: [{ request: requestOf('ada', 'workflow'), ...step }] },
      keyAt(AT_MS, KEY_OF_WORKFLOW),
    );
    if (outcome.kind !== 'reserved') throw new Error('the workflow does not fit');
    return outcome.workflow.entryId;
  });
  return answer.kind === 'value' ? answer.value : '';
}

const drawnBy = (workflowId: string, number: number) => ({
  ...requestOf('ada', `r${number}`),
  workflowId,
});

/** Spends what the workflow holds, or else what is free. */
const drawer =
  (number: number): Action =>
  (client, workflowId) =>
    spend(client, drawnBy(workflowId, number), keyAt(AT_MS, number), whole);

/** Closes a workflow until acknowledged. */
const closer: Action = async (client, workflowId) => {
  const answer = await persist(client, async ({ deps, now }) =>
    closeWorkflow(deps, await findWorkflow(deps.ledger, ORGANIZATION, workflowId), now()),
  );
  const isOpen = client.auditor.entry(workflowId)?.state === 'reserved';
  if (answer.kind === 'value' && isOpen) {
    client.auditor.breaks('an acknowledged closing is never lost', workflowId);
  }
};

/** A workflow whose only call has drawn everything. */
async function openAndDraw(client: Client): Promise<string> {
  const workflowId = await open(client);
  const entry = await reserve(client, drawnBy(workflowId, 1), keyAt(AT_MS, 1));
  return `${workflowId} ${entry?.entryId}`;
}

const settler =
  (part: bigint): Action =>
  (client, both) =>
    close(client, both.split(' ')[1] ?? '', REQUEST_NANO_USD / part);

const closerOf: Action = (client, both, limitFor) =>
  closer(client, both.split(' ')[0] ?? '', limitFor);

const laterDrawer: Action = (client, both, limitFor) =>
  drawer(2)(client, both.split(' ')[0] ?? '', limitFor);

const workflow = { ...usual, room: 1, prepare: open, proceed: 1 };

/** Workflows hold in the balances themselves, whether these lend or not. */
export const WORKFLOW_SCENARIOS: readonly Scenario[] = [
  {
    ...workflow,
    name: 'workflow',
    about: 'a call draws all that its workflow holds while that is closed and others want it',
    clients: [{ run: drawer(1) }, { run: closer }, { run: spender('bob', 2) }],
  },
  {
    ...workflow,
    name: 'workflow-of-two',
    about: 'two calls draw from a workflow that holds enough for one',
    clients: [{ run: drawer(1) }, { run: drawer(2) }, { run: closer }],
  },
  {
    ...workflow,
    name: 'workflow-returns',
    about: 'a drawn call returns money to its workflow while that is closed',
    prepare: openAndDraw,
    clients: [{ run: settler(1_000n) }, { run: closerOf }, { run: laterDrawer }],
    proceed: 0,
  },
  {
    ...workflow,
    name: 'workflow-expires',
    about: 'a workflow and its call are swept while the call is settled',
    startMs: AT_MS + HOLD_MS + 5_000,
    prepare: openAndDraw,
    clients: [{ run: sweep }, { run: settler(2n) }, { run: closerOf }],
    proceed: 0,
  },
];
