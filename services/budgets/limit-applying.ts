import {
  applyingAtMost,
  applyingFault,
  type ApplyingPart,
  type BudgetCensus,
  isAddition,
  ownPeriods,
  recounted,
  ruleKind,
} from '../../domain/ledger/budget-census.ts';
import type { MemberDefaults, RuleRef } from '../../domain/members/member-defaults.ts';
import { ownValue } from '../../domain/own-value.ts';
import { type Period, PERIODS } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { MemberDefaultsStore } from '../../tables/member-defaults.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import { invalidField } from '../errors.ts';
import { requireListedScope } from '../require-listed-tag.ts';

type Deps = {
  census: Pick<OrganizationSettingsStore, 'census'>;
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  books: Pick<BudgetStore, 'readBooks' | 'listBooks'>;
  rules: Pick<MemberDefaultsStore, 'list'>;
};

/** A census as stored or counted, and the write that replaces it unless somebody else did. */
type Counted = { census: BudgetCensus; writeOf: (next: BudgetCensus) => TransactionWrite };

const BOOKS_PER_PAGE = 500;

export type ApplyingLimit = ReturnType<typeof createApplyingLimit>;

/**
 * Keeps the budgets that can apply to one request at eight or fewer: a change that would add one more
 * is refused when it is made, and never when a request comes. A census of the organization's budgets
 * changes in the same transaction, so that two changes at once cannot both pass. What exceeds the
 * limit already stays in force.
 */
export function createApplyingLimit(deps: Deps) {
  return {
    /**
     * The writes that belong to a change of one budget of a scope.
     * @throws ServiceError naming `period` if too many budgets would apply
     */
    async budgetWrites(
      organizationId: string,
      { scope, scopeId, period }: ScopeRef & { period: Period },
      isSet: boolean,
    ): Promise<TransactionWrite[]> {
      // The census is read first, because every later change of the book changes the census as well.
      const stored = await censusOf(deps, organizationId);
      if (isSet) await requireListedScope(deps.settings, organizationId, { scope, scopeId });
      const [book] = await deps.books.readBooks(organizationId, [{ scope, scopeId }]);
      const before = ownPeriods(book);
      const others = before.filter((each) => each !== period);
      const after = isSet ? [...others, period] : others;
      return changed(deps, organizationId, stored, {
        kind: scope,
        before,
        after,
        field: 'period',
        isOneScope: true,
      });
    },

    /**
     * The writes that belong to a change of a rule for members.
     * @throws ServiceError naming `budgets` if too many budgets would apply
     */
    async ruleWrites(
      organizationId: string,
      { owner, member }: RuleRef,
      budgets: { before: MemberDefaults['budgets']; after: MemberDefaults['budgets'] },
    ): Promise<TransactionWrite[]> {
      const stored = await censusOf(deps, organizationId);
      return changed(deps, organizationId, stored, {
        kind: ruleKind(owner.scope, member),
        before: periodsOf(budgets.before),
        after: periodsOf(budgets.after),
        field: 'budgets',
      });
    },

    /**
     * The writes that belong to a change of the listed tags. A tag whose values have budgets stays on
     * the list, since they would count no more without a word.
     * @throws ServiceError naming `tags`
     */
    async tagsWrites(
      organizationId: string,
      { before, after }: { before: readonly string[]; after: readonly string[] },
    ): Promise<TransactionWrite[]> {
      const { census, writeOf } = await censusOf(deps, organizationId);
      const hasBudgets = (name: string): boolean =>
        Object.keys(ownValue(census, `tag:${name}`) ?? {}).length > 0;
      const lost = before.find((name) => !after.includes(name) && hasBudgets(name));
      if (lost !== undefined) {
        throw invalidField('tags', `must keep ${lost}, because tag:${lost} has budgets`);
      }
      if (after.some((name) => !before.includes(name))) {
        refuse('tags', applyingAtMost(census, after));
      }
      // A budget that is added at the same time reads the census, and then the new list.
      return [writeOf(census)];
    },
  };
}

type Change = {
  kind: string;
  before: Period[];
  after: Period[];
  field: string;
  /** Only this scope changes, so a request that has it has none of the others of its kind. */
  isOneScope?: boolean;
};

async function changed(
  { settings }: Deps,
  organizationId: string,
  { census, writeOf }: Counted,
  { kind, before, after, field, isOneScope = false }: Change,
): Promise<TransactionWrite[]> {
  if (before.length === after.length && !isAddition(before, after)) return [];
  const next = recounted(census, kind, { before, after });
  if (isAddition(before, after)) {
    const listedTags = await settings.listedTags(organizationId);
    refuse(
      field,
      applyingAtMost(next, listedTags, isOneScope ? { kind, periods: after } : undefined),
    );
  }
  return [writeOf(next)];
}

function refuse(field: string, parts: ApplyingPart[]): void {
  const fault = applyingFault(parts);
  if (fault) throw invalidField(field, fault);
}

/** Returns the stored census. The first time, counts the stored budgets and defaults instead. */
async function censusOf(deps: Deps, organizationId: string): Promise<Counted> {
  const { census, writeOf } = await deps.census.census(organizationId);
  return { census: census ?? (await countedNow(deps, organizationId)), writeOf };
}

async function countedNow({ books, rules }: Deps, organizationId: string): Promise<BudgetCensus> {
  let counts: BudgetCensus = {};
  const pages = pagesAfter((after) =>
    books.listBooks(organizationId, { limit: BOOKS_PER_PAGE, after }),
  );
  for await (const page of pages) {
    for (const book of page.books) {
      counts = recounted(counts, book.scope, { before: [], after: ownPeriods(book) });
    }
  }
  for (const { owner, member, defaults } of await rules.list(organizationId)) {
    const periods = periodsOf(defaults.budgets);
    counts = recounted(counts, ruleKind(owner.scope, member), { before: [], after: periods });
  }
  return counts;
}

const periodsOf = (budgets: MemberDefaults['budgets']): Period[] =>
  PERIODS.filter((period) => budgets?.[period] !== undefined);
