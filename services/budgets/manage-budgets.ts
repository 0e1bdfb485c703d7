import type { Call } from '../../domain/access/caller.ts';
import {
  balanceRefsOfChange,
  type Budget,
  type BudgetBook,
  budgetIdOf,
  budgetsIn,
  type BudgetStanding,
  lanesOf,
  lanesWanted,
} from '../../domain/ledger/budget.ts';
import { type LimitChange, limitChanges } from '../../domain/ledger/limit-changes.ts';
import { decideReservation } from '../../domain/ledger/decide-reservation.ts';
import { formatUsd, type NanoUsd } from '../../domain/money.ts';
import type { Period } from '../../domain/periods.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { AuditedChange, AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { type BudgetStore, bookWrites } from '../../tables/ledger/budgets.ts';
import { notFound, type ServiceError } from '../errors.ts';
import { createStandingsReader } from './budget-standings.ts';
import { callMoneyBack } from './call-money-back.ts';
import { type RoomDeps, wholeBalance } from './make-room.ts';

type ManagerDeps = RoomDeps & { budgets: BudgetStore; audit: Pick<AuditLog, 'change'> };
type Target = ScopeRef & { period: Period };
type Writes = TransactionWrite[];
type Settings = Pick<
  Budget,
  | 'spelling'
  | 'limitNanoUsd'
  | 'timeZone'
  | 'enforcement'
  | 'mode'
  | 'peakRequestsPerSecond'
  | 'onExpiry'
>;

/** Budgets as people manage them. Changes go through at once and are audited. */
export function createBudgetManager(deps: ManagerDeps) {
  const { budgets, audit, wallets } = deps;
  const standings = createStandingsReader(budgets, Date.now, deps.pause);

  async function standing(
    organizationId: string,
    asked: Target,
    nowMs: number,
  ): Promise<BudgetStanding> {
    const target = canonical(asked);
    const read = await standings.read(organizationId, [target], nowMs);
    const found = read.of([target]).find(({ budget }) => budget.period === target.period);
    if (!found) throw noBudget(target);
    return whole(organizationId, found);
  }

  /** With what wallets hold, have spent and have idle. */
  async function whole(organizationId: string, found: BudgetStanding): Promise<BudgetStanding> {
    const balance = await wholeBalance({ wallets }, organizationId, found.lanes);
    return { ...found, balance };
  }

  /** One budget of a book replaced, with the open balances that it reaches, as it stands now. */
  async function replacement<After extends Budget | undefined>(
    organizationId: string,
    asked: Target,
    next: (before: Budget | undefined) => After,
    nowMs: number,
  ): Promise<{ before: Budget | undefined; after: After; lanes: number; writes: Writes }> {
    const target = canonical(asked);
    const [book] = await budgets.readBooks(organizationId, [target]);
    const before = book?.[target.period];
    const after = next(before);
    const wasLanes = book?.lanes?.[target.period] ?? 1;
    const lanes = after ? Math.max(wasLanes, lanesWanted(after)) : wasLanes;
    const changed: BudgetBook = {
      scope: target.scope,
      scopeId: target.scopeId,
      daily: book?.daily,
      monthly: book?.monthly,
      [target.period]: after,
      lanes: { ...book?.lanes, [target.period]: lanes },
      version: (book?.version ?? 0) + 1,
    };
    const reached: LimitChange[] = [];
    for (const ref of after ? balanceRefsOfChange(after, nowMs) : []) {
      const refs = lanesOf(ref, lanes);
      const balances = await budgets.readBalances(organizationId, refs);
      reached.push(...limitChanges(refs, balances, after?.limitNanoUsd ?? 0n));
    }
    return { before, after, lanes, writes: bookWrites(organizationId, changed, reached) };
  }

  return {
    standing,

    /**
     * Sets a budget, and brings its balances in line.
     * @param also what else has to come into force with it, or not at all
     * @throws ServiceError `unavailable` when others move its money all the time: then it is in force,
     *   and to set it again completes it
     */
    async put(
      call: Call,
      target: Target,
      settings: Settings,
      also: () => Promise<AuditedChange> = nothingElse,
    ): Promise<BudgetStanding> {
      const { nowMs } = call;
      if (target.scope === 'organization' && target.scopeId !== call.organizationId) {
        throw noBudget(target);
      }
      const { after, lanes } = await audit.change(async () => {
        const [replaced, further] = await Promise.all([
          replacement(
            call.organizationId,
            target,
            (was): Budget => ({
              ...canonical(target),
              ...settings,
              createdAtMs: was?.createdAtMs ?? nowMs,
              updatedAtMs: nowMs,
            }),
            nowMs,
          ),
          also(),
        ]);
        const entry = {
          organizationId: call.organizationId,
          actor: call.actor,
          action: 'budget.put',
          target: budgetIdOf(canonical(target)),
          before: replaced.before && auditFacts(replaced.before),
          after: auditFacts(settings),
          atMs: nowMs,
        };
        return {
          ...replaced,
          entries: [entry, ...further.entries],
          writes: [...replaced.writes, ...further.writes],
        };
      });
      await callMoneyBack(deps, call, { ...after, lanes });
      return standing(call.organizationId, target, nowMs);
    },

    /** @throws ServiceError `not-found` */
    async remove(call: Call, target: Target): Promise<BudgetStanding> {
      const { nowMs } = call;
      const { last } = await audit.change(async () => {
        const { before, writes } = await replacement(
          call.organizationId,
          target,
          () => undefined,
          nowMs,
        );
        const entry = {
          organizationId: call.organizationId,
          actor: call.actor,
          action: 'budget.delete',
          target: budgetIdOf(canonical(target)),
          before: before && auditFacts(before),
          atMs: nowMs,
        };
        return {
          last: await standing(call.organizationId, target, nowMs),
          entries: [entry],
          writes,
        };
      });
      return last;
    },

    /** A page of books, each budget with its standing; a book's budgets are never split. */
    async list(
      organizationId: string,
      page: { limit: number; after?: string | undefined },
      nowMs: number,
    ): Promise<{ standings: BudgetStanding[]; next?: string | undefined }> {
      const { books, next } = await budgets.listBooks(organizationId, page);
      const refs = books.filter((book) => budgetsIn(book).length > 0);
      const found: BudgetStanding[] = [];
      for (let from = 0; from < refs.length; from += 30) {
        const some = refs.slice(from, from + 30);
        const read = (await standings.read(organizationId, some, nowMs)).of(some);
        for (const each of read) found.push(await whole(organizationId, each));
      }
      return { standings: found, next };
    },

    /** The budgets of one scope. */
    async listOfScope(
      organizationId: string,
      asked: ScopeRef,
      nowMs: number,
    ): Promise<BudgetStanding[]> {
      const ref = canonicalScope(asked);
      const found = (await standings.read(organizationId, [ref], nowMs)).of([ref]);
      return Promise.all(found.map((each) => whole(organizationId, each)));
    },

    /** Whether an amount would fit now; nothing is held. */
    async check(organizationId: string, asked: ScopeRef[], amountNanoUsd: NanoUsd, nowMs: number) {
      const refs = asked.map(canonicalScope);
      const read = (await standings.read(organizationId, refs, nowMs)).of(refs);
      const applying = await Promise.all(read.map((each) => whole(organizationId, each)));
      const decision = decideReservation([{ model: '', amountNanoUsd, standings: applying }]);
      return { decision, standings: applying };
    },
  };
}

const nothingElse = (): Promise<AuditedChange> => Promise.resolve({ entries: [], writes: [] });

const canonical = ({ period, ...ref }: Target): Target => ({ ...canonicalScope(ref), period });

const noBudget = (target: Target): ServiceError =>
  notFound(`Budget ${budgetIdOf(target)} was not found.`);

const auditFacts = (settings: Settings) => ({
  limitUsd: formatUsd(settings.limitNanoUsd),
  timeZone: settings.timeZone,
  enforcement: settings.enforcement,
  mode: settings.mode,
  peakRequestsPerSecond: settings.peakRequestsPerSecond,
  onExpiry: settings.onExpiry,
});
