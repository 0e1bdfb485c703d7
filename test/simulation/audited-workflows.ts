import { countedNanoUsd, type Entry } from '../../domain/ledger/entry.ts';
import { isWorkflow, type Workflow } from '../../domain/ledger/workflow.ts';
import type { NanoUsd } from '../../domain/money.ts';
import type { Standing } from './audited-entries.ts';
import type { EventCounts } from './event-counts.ts';

/** What a workflow had left, from a time on. */
type Rest = { atMs: number; restNanoUsd: NanoUsd };

export type WorkflowAudit = ReturnType<typeof createWorkflowAudit>;

type Deps = {
  now: () => number;
  skewMs: number;
  breaks: (law: string, facts: string) => void;
  counts: EventCounts;
};

/** Checks what moves between workflows and their calls, and what workflows had left. */
export function createWorkflowAudit({ now, skewMs, breaks, counts }: Deps) {
  const workflows = new Map<string, Workflow>();
  const rests = new Map<string, Rest[]>();

  /** The least that a workflow had left since a given time; nothing once it is closed. */
  function leastRest(workflowId: string, fromMs: number): NanoUsd {
    const seen = rests.get(workflowId) ?? [];
    const before = seen.findLastIndex(({ atMs }) => atMs < fromMs);
    const since = seen.slice(Math.max(0, before));
    const least = since.reduce<NanoUsd | undefined>(
      (sum, { restNanoUsd }) => (sum === undefined || restNanoUsd < sum ? restNanoUsd : sum),
      undefined,
    );
    return least ?? 0n;
  }

  function note(workflow: Workflow): void {
    const { entryId, state, amountNanoUsd } = workflow;
    const restNanoUsd = state === 'reserved' ? amountNanoUsd : 0n;
    workflows.set(entryId, workflow);
    rests.set(entryId, [...(rests.get(entryId) ?? []), { atMs: now(), restNanoUsd }]);
    counts.workflows += state === 'reserved' && workflow.version === 1 ? 1 : 0;
    counts.workflowsClosed += state === 'voided' ? 1 : 0;
    counts.workflowsExpired += state === 'expired' ? 1 : 0;
  }

  return {
    /** Follows the entries that one commit changed. */
    follow(standings: readonly Standing[]): void {
      const moves = standings.filter(({ after }) => isWorkflow(after));
      const calls = standings.flatMap(({ before, after }) => {
        const isMoving = !before || before.state === 'reserved';
        return after.draw && isMoving ? [{ ...after, draw: after.draw }] : [];
      });
      for (const { after } of moves) if (isWorkflow(after)) note(after);
      for (const call of calls) {
        const { workflowId } = call.draw;
        const move = moves.find(({ after }) => after.entryId === workflowId);
        checkCall({ breaks, counts }, call, { move, workflow: workflows.get(workflowId) });
      }
      for (const move of moves) {
        const { entryId } = move.after;
        const isByCall = calls.some(({ draw }) => draw.workflowId === entryId);
        if (takenBy(move) !== 0n && !isByCall) {
          breaks('only calls move the amount of a workflow', entryId);
        }
      }
    },

    /**
     * The workflow that could pay this amount at every moment since a caller asked, and has not ended
     * by anybody's clock.
     */
    payerOf(workflowId: string, amountNanoUsd: NanoUsd, askedAtMs: number): Workflow | undefined {
      const workflow = workflows.get(workflowId);
      const isOver = (workflow?.expiresAtMs ?? 0) <= now() + skewMs;
      const isEnough = leastRest(workflowId, askedAtMs) >= amountNanoUsd;
      return isEnough && !isOver ? workflow : undefined;
    },
  };
}

/** Checks what a call took from its workflow, or gave back to it, when it began or ended. */
function checkCall(
  { breaks, counts }: Pick<Deps, 'breaks' | 'counts'>,
  call: Entry,
  { move, workflow }: { move: Standing | undefined; workflow: Workflow | undefined },
): void {
  const takenNanoUsd = takenBy(move);
  if (call.state === 'reserved') {
    counts.draws += 1;
    if (call.occurredAtMs >= (workflow?.expiresAtMs ?? 0)) {
      breaks('a call draws before its workflow ends', call.entryId);
    }
    if (takenNanoUsd !== call.amountNanoUsd) {
      breaks('a call draws its amount from its workflow', `${call.entryId} ${takenNanoUsd}`);
    }
    return;
  }
  const leftNanoUsd = call.amountNanoUsd - countedNanoUsd(call);
  const isOpen = workflow?.state === 'reserved';
  const isReturning = call.state !== 'expired' && leftNanoUsd > 0n && isOpen;
  if (takenNanoUsd !== (isReturning ? -leftNanoUsd : 0n)) {
    breaks('an open workflow gets back what its calls leave', `${call.entryId} ${call.state}`);
  }
  if (isReturning) counts.returns += 1;
}

/** What a call took from an open workflow; negative if something came back. */
const takenBy = (move: Standing | undefined): NanoUsd =>
  (move?.before?.amountNanoUsd ?? move?.after.amountNanoUsd ?? 0n) -
  (move?.after.amountNanoUsd ?? 0n);
