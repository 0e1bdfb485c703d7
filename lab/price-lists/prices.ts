import { basename } from 'node:path';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { type CardProposal, proposeCards } from '../../domain/pricing/lists/propose-cards.ts';
import { stores } from '../../composition/stores.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { putRateCard } from '../../services/catalog/set-rate-card.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from '../../bin/tools/open-store.ts';
import { reconcileLists, type SourceListing } from '../../domain/pricing/lists/reconcile-lists.ts';
import { agreementReport, readSources, sourcesOf } from './compare-lists.ts';
import { priceReport } from './price-report.ts';
import {
  PRICE_LIST_FORMATS,
  type PriceListFormat,
} from '../../domain/pricing/lists/read-price-list.ts';
import { readPriceFile } from './read-price-file.ts';
import { startProgress } from '../../bin/tools/progress.ts';

const HELP = `Compares public price lists with the rate cards, and applies what differs.

  npm run prices -- FILE [options]
  npm run prices -- --compare FOLDER [options]

FILE is JSON, or JSON in gzip: LiteLLM's model_prices_and_context_window.json,
the data of genai-prices, an offer of the AWS Price List (AmazonBedrock or
AmazonBedrockFoundationModels), a pricing file of Portkey's models, or api.json
of models.dev.

--compare reads every list in FOLDER and prints how many prices of the cards
each has alike, otherwise, or not at all. It proposes a price only if at least
two lists agree on it, and more than on any other.

  --format NAME    litellm, genai-prices, aws, portkey or models-dev
                                                [recognized by its content]
  --only TEXT      only models whose name contains TEXT
  --from DATE      day or instant from which the prices hold      [now]
  --org ID         compare with the cards of this organization too
  --apply          write what differs as dated cards of the organization
  --accept MODEL   apply a suspected model all the same; may be repeated
${STORE_HELP}

Nothing is written without --apply. Applied prices hold from --from on; cards of
other instants stay, and one of the same instant is never replaced. Suspected
entries (see docs/decisions/0025) are left out unless accepted. What a list does
not say stays as it is.

Exit code 1 when something that differs was left out by --apply, or a list or
the store cannot be read; 2 when the command line is not understood.`;

const ACTOR = 'npm run prices';

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    compare: { type: 'string' },
    format: { type: 'string' },
    only: { type: 'string', default: '' },
    from: { type: 'string' },
    org: { type: 'string' },
    apply: { type: 'boolean', default: false },
    accept: { type: 'string', multiple: true, default: [] },
    ...STORE_OPTIONS,
  });
  const [file, ...rest] = positionals;
  const isOneList = values.compare === undefined ? file !== undefined : file === undefined;
  if (!isOneList || rest.length > 0) throw new UsageError('Give one price list, or --compare.');
  if (values.apply && values.org === undefined) throw new UsageError('--apply needs --org.');
  const nowMs = Date.now();
  const atMs = values.from === undefined ? nowMs : instantOf(values.from);
  const facts = {
    format: formatOf(values.format),
    models: builtInCards.keys(),
    atDay: dayOf(atMs),
  };
  const { only, org } = values;
  const db = org === undefined ? undefined : openStore(values);
  const task = {
    only,
    atMs,
    day: dayOf(nowMs),
    own: (models: string[]) => ownCards(db, org, models),
  };
  const { proposals, own } =
    file === undefined
      ? await compared(await readSources(values.compare ?? '', only, facts), task)
      : await fromOneList(file, await readPriceFile(file, facts), task);
  if (!values.apply || !db || org === undefined) return 0;
  return applyCards(db, org, proposals, own, new Set(values.accept.map(modelStem)), nowMs);
});

type Own = Map<string, RateCard[]>;
type Task = { only: string; atMs: number; day: string; own: (models: string[]) => Promise<Own> };
type Proposed = { proposals: CardProposal[]; own: Own };

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function cardsWith(own: Own) {
  return (model: string) => [own.get(model) ?? [], builtInCards.get(model) ?? []];
}

function byModel(proposals: CardProposal[]): CardProposal[] {
  return proposals.toSorted((a, b) => (a.model < b.model ? -1 : 1));
}

/** What one list would change. */
async function fromOneList(
  file: string,
  list: Awaited<ReturnType<typeof readPriceFile>>,
  { only, atMs, day, own: readOwn }: Task,
): Promise<Proposed> {
  const listed = list.listed.filter(({ model }) => model.includes(only));
  const own = await readOwn(listed.map(({ model }) => model));
  const source = `${list.format} (${basename(file)})`;
  const proposals = byModel(
    proposeCards(listed, cardsWith(own), { effectiveFromMs: atMs, source, sourceDate: day }),
  );
  console.log(priceReport(proposals, goneFrom(listed, only), list.skipped));
  return { proposals, own };
}

/** The prices on which several lists agree and that differ from the cards. */
async function compared(
  sources: readonly SourceListing[],
  { atMs, day, own: readOwn }: Task,
): Promise<Proposed> {
  const own = await readOwn(sources.flatMap(({ listed }) => listed.map(({ model }) => model)));
  const reconciliation = reconcileLists(sources, cardsWith(own), atMs);
  console.log(agreementReport(reconciliation));
  const proposals = byModel(
    [...Map.groupBy(reconciliation.listed, ({ model }) => model)].flatMap(([model, listed]) =>
      proposeCards(listed, cardsWith(own), {
        effectiveFromMs: atMs,
        source: `agreement of ${sourcesOf(reconciliation, model).join(', ')}`,
        sourceDate: day,
      }),
    ),
  );
  console.log(priceReport(proposals, [], []));
  return { proposals, own };
}

async function ownCards(
  db: DynamoDb | undefined,
  organizationId: string | undefined,
  models: readonly string[],
): Promise<Own> {
  if (!db || organizationId === undefined) return new Map();
  return stores(db).rateCards.getMany(organizationId, [...new Set(models)]);
}

/** Cards missing from the list although it names several models of their maker. */
function goneFrom(listed: readonly { model: string }[], only: string): string[] {
  const makerOf = (model: string): string => /^[a-z0-9]+(?=\.[a-z])/.exec(model)?.[0] ?? '';
  const names = new Set(listed.map(({ model }) => model));
  const named = Map.groupBy(names, makerOf);
  return builtInCards
    .keys()
    .filter(
      (model) =>
        model.includes(only) && !names.has(model) && (named.get(makerOf(model))?.length ?? 0) > 1,
    );
}

async function applyCards(
  db: DynamoDb,
  organizationId: string,
  proposals: readonly CardProposal[],
  own: ReadonlyMap<string, readonly RateCard[]>,
  accepted: ReadonlySet<string>,
  nowMs: number,
): Promise<number> {
  const { rateCards, audit } = stores(db);
  const differing = proposals.filter(({ kind }) => kind !== 'same');
  const progress = startProgress('Applying', differing.length);
  const leftOut: string[] = [];
  let applied = 0;
  for (const { model, card, suspicions } of differing) {
    progress.update(applied + leftOut.length, model);
    const stands = own
      .get(model)
      ?.some(({ effectiveFromMs }) => effectiveFromMs === card.effectiveFromMs);
    if (suspicions.length > 0 && !accepted.has(model)) leftOut.push(`${model}: suspected`);
    else if (stands) leftOut.push(`${model}: a card of this very instant exists`);
    else {
      await putRateCard({ rateCards, audit }, { organizationId, actor: ACTOR, nowMs }, card);
      applied += 1;
    }
  }
  progress.stop();
  console.log(`\napplied for ${organizationId}: ${applied}`);
  for (const line of leftOut) console.log(`left out: ${line}`);
  return leftOut.length > 0 ? 1 : 0;
}

function formatOf(text: string | undefined): PriceListFormat | undefined {
  const formatName = PRICE_LIST_FORMATS.find((format) => format === text);
  if (text !== undefined && formatName === undefined) {
    throw new UsageError(`--format must be ${PRICE_LIST_FORMATS.join(', ')}, not "${text}"`);
  }
  return formatName;
}

function instantOf(text: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}(?:T.+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw new UsageError(`--from must be a day such as 2026-12-01, not "${text}"`);
  }
  return instant;
}
