import type { RealizedSaving, Savings } from './savings.ts';
import type { OpenGroup } from './open-saving.ts';
import type { Recommendation } from './recommendation.ts';
import { routeText } from './route.ts';
import { barRows, textRows } from '../letters/bar-rows.ts';
import { type Deployment, placeText, titleOf } from '../letters/deployment.ts';
import { type EmailMessage, type LetterRow, stepLines, textOfLetter } from '../letters/letter.ts';
import {
  letterParts,
  mailFooter,
  mailHeading,
  mailPage,
  mailParagraph,
  mailSteps,
  mailTable,
  mailTitle,
} from '../letters/mail-html.ts';
import { centUsd, type NanoUsd } from '../money.ts';
import { unlinkedText } from '../unlinked-text.ts';
import type { ReportRange } from '../reporting/report-range.ts';
import { periodText, type ReportSubscription } from '../reporting/report-subscription.ts';

/** The content of a mailed report of savings. */
export type MailedSavings = {
  subscription: ReportSubscription;
  /** What people call the organization. */
  organization: string;
  period: ReportRange;
  savings: Savings;
};

type Section = { heading: string; rows: LetterRow[]; note?: string | undefined };

const TOP_ROWS = 10;
const TOP_STEPS = 3;
const COLOR = '#1b7a43';

/**
 * Renders a report of savings as e-mail: what accepted advice saved, what routing and caches saved, and
 * what open advice would save, in plain text and as HTML with bars. No name in it becomes a link.
 */
export function savingsMailOf(mailed: MailedSavings, deployment: Deployment): EmailMessage {
  const { savings, organization } = mailed;
  const period = periodText(mailed.period, mailed.subscription.timeZone);
  const saved = `${organization} saved ${centUsd(savings.realizedNanoUsd)} USD by advice ${period.includes(' to ') ? 'from' : 'on'}`;
  // The time zone stands in the text.
  const subject = `${saved} ${period.replace(/ \(.*$/u, '')}`;
  const letter = {
    happened: `${saved} ${period}${intervalText(savings)}.`,
    did: `Open advice would save ${centUsd(savings.openNanoUsdPerMonth)} USD a month, each route counted once.`,
  };
  const sections = [
    advisedSection(savings),
    otherSection(savings),
    routesSection(savings),
    openSection(savings),
  ].filter(({ rows, note }) => rows.length > 0 || note !== undefined);
  const todo = stepsOf(savings);
  const place = placeText(deployment);
  return {
    subject: titleOf(subject, deployment),
    text: unlinkedText(
      [
        textOfLetter(letter),
        ...sections.map(({ heading, rows, note }) =>
          [`${heading}, USD`, ...textRows(rows), ...(note === undefined ? [] : [note])].join('\n'),
        ),
        stepLines(todo).join('\n'),
        place,
      ].join('\n\n'),
    ),
    html: mailPage([
      mailTitle(subject, COLOR),
      ...letterParts(letter, COLOR),
      ...sections.flatMap(({ heading, rows, note }) => [
        mailHeading(`${heading}, USD`),
        ...(rows.length === 0 ? [] : [mailTable(rows, COLOR)]),
        ...(note === undefined ? [] : [mailParagraph(note)]),
      ]),
      ...mailSteps(todo),
      mailFooter(place),
    ]),
  };
}

/** `, between 11.10 and 13.50 USD with 90 % confidence`; nothing if all of it is exact. */
const intervalText = ({ realizedNanoUsd, marginNanoUsd }: Savings): string =>
  marginNanoUsd === 0n
    ? ''
    : `, between ${centUsd(realizedNanoUsd - marginNanoUsd)} and ${centUsd(realizedNanoUsd + marginNanoUsd)} USD with 90 % confidence`;

function advisedSection({ realized, unmeasured }: Savings): Section {
  const notes = [
    ...(realized.length === 0 ? ['No accepted advice was measured.'] : []),
    ...(unmeasured === 0 ? [] : [`${unmeasured} more could not be measured or move no price.`]),
  ];
  const values = realized.map(({ recommendation, ...saving }): [string, NanoUsd] => [
    `${subjectText(recommendation)}${rangeText(saving)}`,
    saving.savedNanoUsd,
  ]);
  return {
    heading: 'What accepted advice saved',
    rows: topRows(values),
    note: notes.length === 0 ? undefined : notes.join(' '),
  };
}

/** ` (3.90 to 4.50)`; nothing if the saving is exact. */
const rangeText = ({
  savedNanoUsd,
  marginNanoUsd,
}: Pick<RealizedSaving, 'savedNanoUsd' | 'marginNanoUsd'>): string =>
  marginNanoUsd === 0n
    ? ''
    : ` (${centUsd(savedNanoUsd - marginNanoUsd)} to ${centUsd(savedNanoUsd + marginNanoUsd)})`;

function otherSection({ routing, caches }: Savings): Section {
  const { savedNanoUsd, lostCacheNanoUsd } = routing;
  return {
    heading: 'What routing and caches saved',
    rows: barRows([
      [`other models, net of ${centUsd(lostCacheNanoUsd)} of lost cache`, savedNanoUsd],
      [`providers' caches of prompts${rangeText(caches.prompts)}`, caches.prompts.savedNanoUsd],
      [`answers from Purser's cache${rangeText(caches.answers)}`, caches.answers.savedNanoUsd],
    ]),
    note: 'Some of this is also in what advice saved. Do not add them.',
  };
}

const routesSection = ({ caches }: Savings): Section => ({
  heading: 'What caches saved, by route',
  rows: topRows(
    caches.routes.map(({ route, ...saving }) => [
      `${routeText(route)}${rangeText(saving)}`,
      saving.savedNanoUsd,
    ]),
  ),
});

const openSection = ({ open }: Savings): Section => ({
  heading: 'What open advice would save a month',
  rows: topRows(open.map((group) => [openText(group), group.netNanoUsdPerMonth])),
});

const openText = ({ best, others }: OpenGroup): string =>
  subjectText(best) + (others.length === 0 ? '' : ` and ${others.length} more`);

/** `model-switch, relaycore/chat (anthropic.claude-opus-5-5)`. */
const subjectText = ({ kind, change, scope }: Recommendation): string =>
  `${kind}, ${'route' in change ? routeText(change.route) : `${scope.scope} ${scope.scopeId}`}`;

function topRows(amounts: readonly [name: string, amount: NanoUsd][]): LetterRow[] {
  const rest = amounts.slice(TOP_ROWS);
  const sum = rest.reduce((total, [, amount]) => total + amount, 0n);
  const others: [string, NanoUsd][] = rest.length === 0 ? [] : [[`${rest.length} others`, sum]];
  return barRows([...amounts.slice(0, TOP_ROWS), ...others]);
}

/** The largest open advice with the calls that accept it, and where to see the rest. */
const stepsOf = ({ open }: Savings): string[] => [
  ...open
    .slice(0, TOP_STEPS)
    .map(
      ({ best: { id, title } }) =>
        `${title}. Accept it when you follow it: POST /v1/recommendations/${id}/accept.`,
    ),
  'See all of it, and how to follow it: GET /v1/recommendations?format=csv.',
];
