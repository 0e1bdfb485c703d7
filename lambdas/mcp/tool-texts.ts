import type { BudgetView } from '../../contracts/budgets.ts';
import type { McpOutput } from '../../contracts/mcp.ts';
import { parseUsd, shortUsd } from '../../domain/money.ts';
import type { Period } from '../../domain/periods.ts';

/** `you`, or the id of the user. */
type Subject = string;

const WHEN: Record<Period, string> = {
  daily: 'today',
  weekly: 'this week',
  monthly: 'this month',
  total: 'in total',
};
/** As many cheaper models as a model can weigh. */
const MOST_ALTERNATIVES = 3;

/** "You have 3.20 USD left today: …", then what else limits the user. */
export function remainingText(budgets: readonly BudgetView[], subject: Subject): string {
  const [tightest, ...others] = budgets
    .filter(({ availableUsd }) => availableUsd !== undefined)
    .toSorted((a, b) => (amountOf(a.availableUsd) < amountOf(b.availableUsd) ? -1 : 1));
  const counted = budgets.flatMap(countsText);
  const money = tightest
    ? [moneyText(tightest, subject), ...also(others.map(shortText))]
    : [`No budget limits the money that ${subject === 'you' ? 'you spend' : `${subject} spends`}.`];
  return [...money, ...counted].join(' ');
}

/** What a request would cost, whether it fits, and what to do if it does not. */
export function quoteText(
  quote: Omit<McpOutput<'quote'>, 'budgets'>,
  budgets: readonly BudgetView[],
  subject: Subject,
): string {
  const { model, expectedCostUsd, upperBoundUsd, upperBoundProbability, ceilingUsd } = quote;
  const percent = Math.round(upperBoundProbability * 100);
  const cost = `With ${model} it would cost about ${shortOf(expectedCostUsd)} USD, with a probability of ${percent} % at most ${shortOf(upperBoundUsd, 'up')} USD, and never more than ${shortOf(ceilingUsd, 'up')} USD.`;
  const cheaper = quote.alternatives
    .filter((each) => amountOf(each.expectedCostUsd) < amountOf(expectedCostUsd))
    .slice(0, MOST_ALTERNATIVES)
    .map((each) => `${each.model} about ${shortOf(each.expectedCostUsd)} USD`);
  const instead = cheaper.length > 0 ? [`Cheaper: ${cheaper.join(', ')}.`] : [];
  if (quote.fits) {
    return [cost, 'It fits.', ...instead, remainingText(budgets, subject)].join(' ');
  }
  const refusal = `It does not fit ${quote.decidingBudgetId ?? 'the budgets'} now, so Purser would refuse it. Use a cheaper model, a shorter prompt or a smaller maxOutputTokens.`;
  return [cost, refusal, ...instead, remainingText(budgets, subject)].join(' ');
}

/** That the usage is recorded, and what is left now. */
export function recordedText(
  { eventId, isDuplicate }: Pick<McpOutput<'report_usage'>, 'eventId' | 'isDuplicate'>,
  budgets: readonly BudgetView[],
  subject: Subject,
): string {
  const done = isDuplicate
    ? `Event ${eventId} was recorded before and counts once.`
    : `Recorded as event ${eventId}.`;
  return `${done} ${remainingText(budgets, subject)}`;
}

/** By the type of the problem. */
const NEXT = new Map(
  Object.entries({
    'invalid-request': 'Correct this argument and call the tool again.',
    forbidden: 'Leave this argument out, or send a value that these credentials cover.',
    'unknown-price':
      'Use a model that has a price, or have an operator set one with PUT /v1/rate-cards.',
    unavailable: 'Wait a few seconds and call the tool again; nothing counts twice.',
  }),
);

/** Why a tool refused, and what to do next. */
export const refusalText = ({ type, message }: { type: string; message: string }): string =>
  [message.replace(/[^.]$/, '$&.'), NEXT.get(type)].filter((text) => text !== undefined).join(' ');

function moneyText(budget: BudgetView, subject: Subject): string {
  const { budgetId, enforcement, period, limitUsd, settledUsd, reservedUsd, resetsAt } = budget;
  const has = subject === 'you' ? 'You have' : `${subject} has`;
  const amount = shortOf(budget.availableUsd, 'down');
  const isSpent = amountOf(budget.availableUsd) === 0n;
  const left = isSpent
    ? `${has} nothing left ${WHEN[period]}`
    : `${has} ${amount} USD left ${WHEN[period]}`;
  const spent = `of ${shortOf(limitUsd)} USD in budget ${budgetId}, ${shortOf(settledUsd)} USD are spent and ${shortOf(reservedUsd)} USD held for open requests`;
  const reset = resetsAt === undefined ? 'It never resets.' : `It resets at ${resetsAt}.`;
  return [`${left}: ${spent}.`, reset, ...afterwards(isSpent, enforcement, resetsAt)].join(' ');
}

function afterwards(
  isSpent: boolean,
  enforcement: BudgetView['enforcement'],
  resetsAt: string | undefined,
): string[] {
  if (enforcement !== 'enforce') return ['It does not refuse requests.'];
  if (!isSpent) return [];
  const until = resetsAt === undefined ? '' : ' before then';
  return [`Start no request that costs money${until}, or ask an operator for an override.`];
}

const also = (texts: string[]): string[] =>
  texts.length > 0 ? [`Besides: ${texts.join('; ')}.`] : [];

const shortText = ({ budgetId, availableUsd, period }: BudgetView): string =>
  `${budgetId} has ${shortOf(availableUsd, 'down')} USD left ${WHEN[period]}`;

const countsText = ({ budgetId, requests, tokens }: BudgetView): string[] =>
  Object.entries({ requests, tokens }).flatMap(([unit, count]) =>
    count ? [`${budgetId} has ${count.available} of ${count.limit} ${unit} left.`] : [],
  );

const amountOf = (text: string | undefined): bigint => parseUsd(text ?? '') ?? 0n;

const shortOf = (text: string | undefined, rounding?: 'up' | 'down'): string =>
  shortUsd(amountOf(text), rounding);
