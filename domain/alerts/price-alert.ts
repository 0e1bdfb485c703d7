import { changedField, pricedBy, priceText } from '../pricing/lists/change-text.ts';
import type { CardProposal, PriceChange } from '../pricing/lists/propose-cards.ts';
import { SUSPICIONS } from '../pricing/lists/suspicions.ts';
import { dayOf } from '../reporting/aggregates.ts';
import { type Alert, subjectOf } from './alert.ts';
import { alertEndOf } from './alert-end.ts';
import { written } from '../letters/letter.ts';
import { minuteText } from './when-text.ts';

/** A model whose price differs from a list, and what happens with it. */
export type AlertedPrice = Pick<CardProposal, 'model' | 'current' | 'card' | 'changes'> &
  Pick<CardProposal, 'suspicions'> & {
    /** Whether it becomes the organization's card without a person. */
    isApplied: boolean;
    /** The body of the request that sets this card. */
    body: object;
  };

type Told = {
  prices: readonly AlertedPrice[];
  /** Identifies this set of changes, so that people get one alert for it. */
  digest: string;
};

/** As many as people read in one message. A new alert lists the others after these are set. */
const MOST_MODELS = 10;

/** The alert for prices that differ from a public list: which, by how much, and what to do. */
export function priceAlertOf(
  organizationId: string,
  { prices, digest }: Told,
  atMs: number,
): Alert {
  const applied = prices.filter(({ isApplied }) => isApplied).length;
  const waiting = prices.length - applied;
  const told = prices.toSorted(byUrgency).slice(0, MOST_MODELS);
  const hidden = prices.length - told.length;
  return {
    kind: 'prices_changed',
    severity: 'warning',
    organizationId,
    scope: 'organization',
    scopeId: organizationId,
    incidentKey: priceIncidentKey(organizationId),
    dedupKey: ['prices', organizationId, digest].join('#'),
    atMs,
    subject: subjectOf(
      `To decide: AWS lists other prices for ${modelsText(prices.length)} of ${organizationId}, ${waiting} waiting for you`,
    ),
    ...written({
      happened: `The price list of AWS differs from the rate cards of ${organizationId} for ${modelsText(prices.length)}.`,
      did: `Purser applied ${applied} and left ${waiting} for you.`,
      todo: [
        'Compare each waiting price with what the provider publishes. If it is right, send the request below its model. If not, do nothing.',
        ...(applied > 0
          ? ['Undo an applied price with a rate card of yours: PUT /v1/rate-cards/{model}.']
          : []),
        'Choose what Purser may do: PUT /v1/settings/prices {"updates":"off"}, "propose" or "apply".',
      ],
      note: [
        ...told.flatMap((price, position) => [...(position > 0 ? [''] : []), ...linesOf(price)]),
        ...(hidden > 0
          ? [
              '',
              `Not listed here: ${modelsText(hidden)}. After you set these, you get an alert with the rest.`,
            ]
          : []),
      ],
    }),
    attributes: {
      event: 'prices_changed',
      organizationId,
      digest,
      applied: String(applied),
      waiting: String(waiting),
      models: told.map(({ model }) => model).join(' '),
    },
  };
}

/** One incident for all proposals that wait in an organization. */
const priceIncidentKey = (organizationId: string): string => ['prices', organizationId].join('#');

/** Tells pagers that no price waits for a decision, once a day. */
export const noPriceWaits = (organizationId: string, atMs: number): Alert => {
  const alert = priceAlertOf(organizationId, { prices: [], digest: '' }, atMs);
  return alertEndOf(alert, `no price waits on ${dayOf(atMs)}`, atMs);
};

const modelsText = (count: number): string => `${count} ${count === 1 ? 'model' : 'models'}`;

/** What waits for a person comes first. */
const byUrgency = (left: AlertedPrice, right: AlertedPrice): number =>
  Number(left.isApplied) - Number(right.isApplied) || (left.model < right.model ? -1 : 1);

function linesOf({ model, current, card, changes, suspicions, isApplied, body }: AlertedPrice) {
  const reasons = new Set(suspicions.map(({ rule, detail }) => `${SUSPICIONS[rule]} (${detail})`));
  return [
    model,
    ...changes.map((change) => `  ${changedField(change)}:  ${movementOf(change)}`),
    ...(current ? [`  Card:  ${current.source}, ${current.sourceDate}`] : []),
    `  List:  ${card.source}, ${card.sourceDate}`,
    ...[...reasons].map((reason) => `  Suspected:  ${reason}`),
    isApplied
      ? `  Applied from ${minuteText(card.effectiveFromMs)} on.`
      : `  PUT /v1/rate-cards/${encodeURIComponent(model)} ${JSON.stringify(body, shortened)}`,
  ];
}

/** Amounts with at least two decimals instead of nine. */
const shortened = (_: string, value: unknown): unknown =>
  typeof value === 'string' && /^\d+\.\d{9}$/.test(value) ? value.replace(/0{1,7}$/, '') : value;

const movementOf = (change: PriceChange): string =>
  [
    change.before === undefined ? 'unknown' : priceText(change, change.before),
    '→',
    priceText(change, change.after),
    pricedBy(change),
  ]
    .join(' ')
    .trimEnd();
