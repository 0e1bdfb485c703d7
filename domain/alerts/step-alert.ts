import type { Effects, Mover } from '../anomalies/explain-anomaly.ts';
import { percentText, shareOf, written } from '../letters/letter.ts';
import { centUsd, formatUsd, maxNanoUsd, type NanoUsd } from '../money.ts';
import { nameWithId } from '../naming/display-name.ts';
import { shownId, type SpelledScope } from '../scopes.ts';
import { type Alert, subjectOf, whoText } from './alert.ts';
import { alertEndOf } from './alert-end.ts';
import { causeText, moverRow, MOVERS_TOLD } from './anomaly-alert.ts';
import { minuteText } from './when-text.ts';

/** A lasting step of a scope's spending, with the usual day before and since. */
export type AlertedStep = {
  direction: 'above' | 'below';
  /** The first UTC day (`2026-11-21`), and its start. */
  since: string;
  fromMs: number;
  /** How many days it has lasted. */
  daysSince: number;
  beforeNanoUsd: NanoUsd;
  sinceNanoUsd: NanoUsd;
  /** The first days compared with as many before. */
  explanation?: { differenceNanoUsd: NanoUsd; cause: keyof Effects; movers: readonly Mover[] };
  /** When the spike began that people were told of, if the step began with one. */
  spikeFromMs?: number | undefined;
};

type About = SpelledScope & { organizationId: string };

const DAY_MS = 86_400_000;
/** Then all days that Purser compares with are at the new level. */
const UNUSUAL_DAYS = 28;

/** The alert for a lasting step, sent once. A fall is a notice. */
export function stepAlertOf(about: About, step: AlertedStep, atMs: number): Alert {
  const { direction, since, fromMs, beforeNanoUsd, sinceNanoUsd, explanation } = step;
  const { scope, scopeId, organizationId } = about;
  const movers = (explanation?.movers ?? []).slice(0, MOVERS_TOLD);
  const [first] = movers;
  return {
    kind: 'step_detected',
    severity: 'warning',
    ...about,
    dedupKey: ['step', organizationId, scope, scopeId, direction, since].join('#'),
    atMs,
    // A fall is news, and nothing that lasts.
    endsAtMs: direction === 'above' ? fromMs + UNUSUAL_DAYS * DAY_MS : atMs,
    subject: subjectOf(
      [
        `${direction === 'above' ? 'Warning' : 'Notice'}: ${whoOf(about)} spends ${centUsd(sinceNanoUsd)} USD a day since ${since}`,
        `${centUsd(beforeNanoUsd)} was usual`,
        ...(first ? [`mostly ${first.dimension} ${first.value}`] : []),
      ].join(', '),
    ),
    ...written({
      happened: happenedText(about, step),
      did: 'Purser restricted nothing.',
      rows: [
        ...levelRows(step),
        ...movers.map((mover) =>
          moverRow(mover, explanation?.differenceNanoUsd ?? 0n, 'as many days before'),
        ),
      ],
      todo: todoFor(step),
    }),
    attributes: {
      event: 'step_detected',
      organizationId,
      scope,
      scopeId: shownId(about),
      direction,
      since,
      beforeUsd: formatUsd(beforeNanoUsd),
      sinceUsd: formatUsd(sinceNanoUsd),
    },
  };
}

/** The end of a step's alert because spending has yet another level. */
export const stepEndOf = (alert: Alert, next: Pick<AlertedStep, 'since'>, atMs: number): Alert =>
  alertEndOf(alert, `spending has another level since ${next.since}`, atMs);

/** The end of a spike's alert because spending stays where it went. */
export const spikeStaysOf = (spike: Alert, step: AlertedStep, atMs: number): Alert =>
  alertEndOf(
    spike,
    'the new level stays',
    atMs,
    [
      `A usual day costs ${centUsd(step.sinceNanoUsd)} USD since ${step.since}; before, it cost ${centUsd(step.beforeNanoUsd)} USD.`,
      ...todoFor(step),
    ].join(' '),
  );

const whoOf = ({ organizationId, ...about }: About): string =>
  about.scope === 'organization' ? nameWithId(about.displayName, organizationId) : whoText(about);

function happenedText(about: About, step: AlertedStep): string {
  const { since, daysSince, beforeNanoUsd, sinceNanoUsd, spikeFromMs } = step;
  const levels = `Since ${since}, a usual day of ${whoOf(about)} costs ${centUsd(sinceNanoUsd)} USD. Before, it cost ${centUsd(beforeNanoUsd)} USD.`;
  const spike =
    spikeFromMs === undefined
      ? ''
      : ` It began with the spike of ${minuteText(spikeFromMs)}, which did not pass.`;
  return `${levels} This has lasted for ${daysSince} days.${causeText(step)}${spike}`;
}

function levelRows({ beforeNanoUsd, sinceNanoUsd }: AlertedStep) {
  const most = maxNanoUsd(beforeNanoUsd, sinceNanoUsd);
  const row = (name: string, amount: NanoUsd) => ({
    name,
    value: `${centUsd(amount)} USD a day`,
    share: shareOf(amount, most),
  });
  const now = row('Now', sinceNanoUsd);
  const share = percentText(sinceNanoUsd, beforeNanoUsd);
  const value = beforeNanoUsd > 0n ? `${now.value}, ${share} of before` : now.value;
  return [{ ...now, value }, row('Before', beforeNanoUsd)];
}

const todoFor = ({ direction }: AlertedStep): string[] =>
  direction === 'above'
    ? [
        'If you expected this, adjust the budget: PUT /v1/budgets.',
        'If not, find the change: GET /v1/anomalies shows who spends more. To stop it: POST /v1/controls.',
      ]
    : [
        'If you expected this, lower the budget: PUT /v1/budgets.',
        'If not, find what stopped: GET /v1/anomalies shows who spends less.',
      ];
