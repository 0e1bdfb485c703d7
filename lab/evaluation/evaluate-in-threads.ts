import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../bin/tools/command-line.ts';
import { emptyOutcome, type PartOutcome } from './evaluation-part.ts';
import { EVALUATION_PARTS } from './evaluation-parts.ts';
import type { Assignment, EvaluationFacts, Report } from './evaluation-thread.ts';

const THREAD = new URL('evaluation-thread.ts', import.meta.url);

export type Listener = {
  /** One part of one data set ended, well or not. */
  onPart: (index: number, dataset: string, outcome: PartOutcome) => void;
  /** What each busy thread does. */
  onProgress: (texts: readonly string[]) => void;
};

/**
 * Measures data sets in as many threads as the machine has cores. A data set that fails, or that
 * even ends its thread, is reported as failed and stops no other.
 */
export async function evaluateInThreads(
  assignments: readonly Assignment[],
  facts: EvaluationFacts,
  { onPart, onProgress }: Listener,
): Promise<void> {
  const open = [...assignments];
  const underWay = new Map<Assignment, string>();
  const show = (assignment: Assignment, text: string): void => {
    underWay.set(assignment, text);
    onProgress([...underWay.values()]);
  };
  const workOff = async (): Promise<void> => {
    let thread: Worker | undefined;
    for (let next = open.shift(); next; next = open.shift()) {
      const assignment = next;
      const left = new Set(assignment.parts);
      thread ??= new Worker(THREAD, { workerData: facts });
      show(assignment, assignment.dataset);
      try {
        await measureIn(thread, assignment, (report) => {
          if (report.kind === 'progress') show(assignment, report.text);
          if (report.kind !== 'part') return;
          left.delete(report.index);
          onPart(report.index, assignment.dataset, report.outcome);
        });
      } catch (error) {
        await thread.terminate();
        thread = undefined;
        for (const index of left) {
          const id = EVALUATION_PARTS[index]?.id ?? '';
          const failures = [`${id}: ${assignment.dataset}: ${messageOf(error)}`];
          onPart(index, assignment.dataset, { ...emptyOutcome(), failures });
        }
      }
      underWay.delete(assignment);
    }
    await thread?.terminate();
  };
  const threads = Math.min(availableParallelism(), assignments.length);
  await Promise.all(Array.from({ length: threads }, workOff));
}

/** Resolves when the thread has measured all. @throws whatever ended the thread before */
async function measureIn(
  thread: Worker,
  assignment: Assignment,
  onReport: (report: Report) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onMessage = (report: Report): void => {
    onReport(report);
    if (report.kind === 'end') resolve();
  };
  const onExit = (code: number): void => reject(new Error(`its thread ended with code ${code}`));
  thread.on('message', onMessage).on('error', reject).on('exit', onExit);
  thread.postMessage(assignment, []);
  await promise.finally(() =>
    thread.off('message', onMessage).off('error', reject).off('exit', onExit),
  );
}
