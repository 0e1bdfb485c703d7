import { changedField, priceText } from '../../domain/pricing/lists/change-text.ts';
import type { CardProposal, PriceChange } from '../../domain/pricing/lists/propose-cards.ts';
import { SUSPICIONS, type Suspicion } from '../../domain/pricing/lists/suspicions.ts';
import { textTable } from '../../bin/tools/text-table.ts';

/** What a list would change, model by model; then the suspected errors, with reasons. */
export function priceReport(
  proposals: readonly CardProposal[],
  gone: readonly string[],
  skipped: readonly { reason: string }[],
): string {
  const differing = proposals.filter(({ kind }) => kind !== 'same');
  const suspected = proposals.filter(({ suspicions }) => suspicions.length > 0);
  const count = (kind: CardProposal['kind']): number =>
    proposals.filter((proposal) => proposal.kind === kind).length;
  return [
    ...differing.flatMap((proposal) => [modelText(proposal), '']),
    ...suspected.flatMap(({ model, suspicions }) => suspicionLines(model, suspicions)),
    ...(suspected.length > 0 ? [''] : []),
    ...rulesOf(suspected),
    textTable([
      ['models listed', String(proposals.length)],
      ['  as the cards have them', String(count('same'))],
      ['  changed', String(count('changed'))],
      ['  new', String(count('new'))],
      ['  suspected of an error', String(suspected.length)],
      ['cards that the list lacks', String(gone.length)],
      ['entries passed over', String(skipped.length)],
      ...[...Map.groupBy(skipped, ({ reason }) => reason)].map(([reason, entries]) => [
        `  ${reason}`,
        String(entries.length),
      ]),
    ]),
    ...(gone.length > 0
      ? ['', 'Lacking (their cards stay):', ...gone.map((item) => `  ${item}`)]
      : []),
  ].join('\n');
}

function modelText({ model, kind, changes }: CardProposal): string {
  const rows = changes.map((item) => [`  ${changedField(item)}`, ...figuresOf(item)]);
  const table = rows.length > 0 ? textTable(rows) : '  without any price';
  return `${kind === 'new' ? 'NEW' : 'CHANGED'} ${model}\n${table}`;
}

function figuresOf(item: PriceChange): string[] {
  const { before, after } = item;
  if (before === undefined) return ['', priceText(item, after), 'new'];
  return [priceText(item, before), priceText(item, after), change(before, after)];
}

/** For reading only. No price is made from it. */
function change(before: bigint, after: bigint): string {
  const percent = ((Number(after) - Number(before)) / Number(before)) * 100;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`;
}

const suspicionLines = (model: string, suspicions: readonly Suspicion[]): string[] => [
  `SUSPECT ${model}`,
  ...suspicions.flatMap(({ rule, id, detail }) => [
    `  ${rule}: ${detail}`,
    ...(id === model ? [] : [`    of ${id}`]),
  ]),
];

function rulesOf(suspected: readonly CardProposal[]): string[] {
  const rules = new Set(suspected.flatMap(({ suspicions }) => suspicions.map(({ rule }) => rule)));
  if (rules.size === 0) return [];
  return [
    'Suspected are entries where',
    ...[...rules].map((rule) => `  ${rule}: ${SUSPICIONS[rule]}`),
    '',
  ];
}
