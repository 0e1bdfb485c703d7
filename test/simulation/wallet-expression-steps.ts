import fc from 'fast-check';
import type {
  Attribute,
  ConditionCheck,
  Item,
  Key,
  TransactionWrite,
  UpdateWrite,
} from '../../tables/dynamodb.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import type { LedgerStep } from './ledger-steps.ts';

const POSITION = 'user/ada/daily/2026-11-21';
/** A dot in a bound name is not a path separator. */
const RECORD = 'r.1';

const NAMES: Record<string, string> = { '#p': POSITION, '#r': RECORD, '#L': 'L' };
const VALUES: Record<string, Attribute> = {
  ':zero': 0,
  ':one': 1,
  ':three': 3,
  ':text': 'ab',
  ':prefix': 'a',
  ':empty': {},
  ':leaf': { i: 1, s: 3 },
  ':leases': { [POSITION]: { i: 1, s: 3 }, p: { i: 0, s: { deep: 1 } } },
};

const ITEMS = [0, 1, 2];
const keyOf = (organizationId: string, n: number): Key => ({
  pk: `wallet#${organizationId}#${n}`,
  sk: 'wallet',
});

/** The parts of a path as written. */
type PathText = readonly string[];

const map = fc.constantFrom('L', '#L', 'O');
const member = fc.constantFrom('#p', '#r', 'p');
const leaf = fc.constantFrom('i', 's');
const inMap: fc.Arbitrary<PathText> = fc.tuple(map, member);
const inMember: fc.Arbitrary<PathText> = fc.tuple(map, member, leaf);
const number: fc.Arbitrary<PathText> = fc.oneof(fc.constant(['h']), inMember);
const path = fc
  .oneof(
    { weight: 4, arbitrary: number },
    { weight: 1, arbitrary: inMap },
    { weight: 1, arbitrary: fc.tuple(map) },
    { weight: 1, arbitrary: fc.tuple(inMember, leaf).map(([start, end]) => [...start, end]) },
  )
  .map((parts) => parts.join('.'));

const term = fc.oneof(
  number.map((parts) => parts.join('.')),
  fc.constantFrom(':zero', ':one', ':three'),
);
const source = fc.oneof(
  term,
  fc.tuple(term, fc.constantFrom('+', '-'), term).map((sum) => sum.join(' ')),
  fc.constantFrom(':text', ':empty', ':leaf'),
  path,
);
/** Whole maps stay maps, so that removals from them have a parent. */
const setting = fc.oneof(
  fc.tuple(fc.oneof({ weight: 3, arbitrary: number }, { weight: 2, arbitrary: inMap }), source),
  fc.tuple(inMap, fc.constant(':leaf')),
  fc.tuple(fc.tuple(map), fc.constantFrom('L', 'O', ':empty', ':leases')),
);
const removed: fc.Arbitrary<PathText> = fc.oneof(fc.constant(['h']), inMap, inMember);

type UpdateText = { update: string; targets: PathText[]; needed: string[] };

/**
 * DynamoDB refuses to remove members of an absent map and creates no item for a removal alone; the
 * embedded store allows both. `needed` conditions prevent such updates.
 */
const update: fc.Arbitrary<UpdateText> = fc
  .tuple(fc.array(setting, { maxLength: 3 }), fc.array(removed, { maxLength: 2 }))
  .filter(([sets, removes]) => sets.length + removes.length > 0)
  .map(([sets, removes]) => ({
    update: [
      ...(sets.length > 0
        ? [`SET ${sets.map(([parts, value]) => `${parts.join('.')} = ${value}`).join(', ')}`]
        : []),
      ...(removes.length > 0
        ? [`REMOVE ${removes.map((parts) => parts.join('.')).join(', ')}`]
        : []),
    ].join(' '),
    targets: [...sets.map(([parts]) => parts), ...removes],
    needed: removes.map(([whole = '', inside = '', end]) => {
      if (end !== undefined) {
        return `attribute_exists(${whole}.${inside}.${end === 'i' ? 's' : 'i'})`;
      }
      return inside === '' ? 'attribute_exists(pk)' : `attribute_exists(${whole})`;
    }),
  }));

const overlaps = ({ targets }: UpdateText): boolean => {
  const bound = targets.map((parts) => parts.map((part) => `${NAMES[part] ?? part}\n`).join(''));
  return bound.some((prefix, at) =>
    bound.some((other, otherAt) => at !== otherAt && prefix.startsWith(other)),
  );
};

const apart = update.filter((text) => !overlaps(text));

const clause = fc.oneof(
  fc
    .tuple(member, fc.constantFrom('=', '<>'), fc.constantFrom('O.', ':leaf'))
    .map(([name, is, of]) => `L.${name} ${is} ${of === ':leaf' ? of : of + name}`),
  fc
    .tuple(
      path,
      fc.constantFrom('=', '<>'),
      fc.oneof(path, fc.constantFrom(...Object.keys(VALUES))),
    )
    .map((parts) => parts.join(' ')),
  fc.tuple(path, fc.constantFrom('<', '<=', '>', '>='), term).map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), path)
    .map(([name, of]) => `${name}(${of})`),
  path.map((of) => `begins_with(${of}, :prefix)`),
  path.map((of) => `${of} BETWEEN :one AND :three`),
);
const clauses: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<string[]>([]) },
  { weight: 2, arbitrary: fc.array(clause, { minLength: 1, maxLength: 2 }) },
);

const lease = fc.option(
  fc.record({ i: fc.constantFrom(0, 1, 3), s: fc.constantFrom(1, 3, 'ab') }, { requiredKeys: [] }),
  { nil: undefined },
);
const members = fc.option(fc.record({ [POSITION]: lease, [RECORD]: lease, p: lease }), {
  nil: undefined,
});
const item: fc.Arbitrary<Item> = fc.record({
  L: members,
  O: members,
  h: fc.constantFrom(undefined, 0, 2, 'abc'),
});

type Writing = (organizationId: string) => TransactionWrite;

/** Binds only what the texts name. */
function boundIn(...texts: string[]): Pick<ConditionCheck, 'names' | 'values'> {
  const used = new Set(texts.join(' ').match(/[#:]\w+/g));
  const among = <Value>(all: Record<string, Value>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  const [names, values] = [among(NAMES), among(VALUES)];
  return {
    ...(Object.keys(names).length > 0 && { names }),
    ...(Object.keys(values).length > 0 && { values }),
  };
}

function conditionOf(parts: string[]): { condition?: string } {
  const [first, ...rest] = new Set(parts);
  return first === undefined ? {} : { condition: [first, ...rest].join(' AND ') };
}

const updating = (n: number, text: UpdateText, asked: string[]): Writing => {
  const condition = conditionOf([...text.needed, ...asked]);
  const bound = boundIn(text.update, condition.condition ?? '');
  const write = { kind: 'update', table: ledgerTable.name, update: text.update } as const;
  return (org): UpdateWrite => ({ ...write, key: keyOf(org, n), ...condition, ...bound });
};

const other = (n: number): fc.Arbitrary<Writing> =>
  fc
    .tuple(fc.constantFrom('put', 'put', 'delete', 'check'), item, clauses)
    .map(([kind, content, asked]) => {
      const { condition = 'attribute_exists(pk)' } = conditionOf(asked);
      const shared = { table: ledgerTable.name, ...boundIn(condition) };
      return (org) =>
        kind === 'put'
          ? { kind, item: { ...keyOf(org, n), ...content }, ...conditionOf(asked), ...shared }
          : { kind, key: keyOf(org, n), condition, ...shared };
    });

const writing = (n: number, updates: fc.Arbitrary<UpdateText>): fc.Arbitrary<Writing> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(updates, clauses).map(([text, asked]) => updating(n, text, asked)),
    },
    { weight: 1, arbitrary: other(n) },
  );

const named = (kind: string, writes: Writing[], run: LedgerStep['run']): LedgerStep => ({
  name: `${kind} ${JSON.stringify(writes.map((write) => write('org')))}`,
  run,
});

/**
 * Raw path updates on a few wallets, with few names and values, so that they collide. Overlapping
 * paths occur in single writes only, because the embedded store does not check for them in
 * transactions.
 */
export const walletStep: fc.Arbitrary<LedgerStep> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...ITEMS), fc.constantFrom(apart, apart, apart, update))
    .chain(([n, updates]) => writing(n, updates))
    .map((make) =>
      named('write', [make], (org, db) => {
        const write = make(org);
        return write.kind === 'check' ? db.transact([write]) : db.write(write);
      }),
    ),
  fc
    .subarray(ITEMS, { minLength: 1 })
    .chain((ns) => fc.tuple(...ns.map((n) => writing(n, apart))))
    .map((makes) =>
      named('transact', makes, (org, db) => db.transact(makes.map((make) => make(org)))),
    ),
);

/** Two wallets that contain what the expressions name. */
export const FIRST_WALLETS: LedgerStep[] = [0, 1].map((n) => ({
  name: `put wallet ${n}`,
  run(org, db) {
    const L = { [POSITION]: { i: 3, s: 1 }, [RECORD]: { i: 1, s: 0 } };
    const content = { L, O: { ...L, p: { i: 2, s: 2 } }, h: 2 };
    return db.write({
      kind: 'put',
      table: ledgerTable.name,
      item: { ...keyOf(org, n), ...content },
    });
  },
}));

/** Reads the final state of all wallets. */
export const readWallets: LedgerStep = {
  name: 'read every wallet',
  run: (org, db) =>
    db.batchGet(
      ITEMS.map((n) => ({ table: ledgerTable.name, key: keyOf(org, n) })),
      { consistent: true },
    ),
};
