import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookupsOfOutsideNames } from './support/outside-names.ts';

const ROOT = join(import.meta.dirname, '..');

/** The deployed code, and the code that deploys it or runs it locally. */
const DEPLOYED = [
  'domain',
  'contracts',
  'queues',
  'tables',
  'services',
  'composition',
  'aws',
  'lambdas',
  'lib',
  'local',
];

/** Allowed imports per room; `docs/architecture.md` explains them. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  queues: [],
  contracts: ['domain', 'queues'],
  tables: ['domain', 'contracts'],
  services: ['domain', 'contracts', 'tables'],
  aws: ['domain', 'contracts', 'queues', 'tables'],
  composition: ['domain', 'contracts', 'tables', 'services'],
  lambdas: ['domain', 'contracts', 'queues', 'tables', 'services', 'aws', 'composition'],
  lib: ['domain', 'tables', 'queues', 'lambdas', 'contracts'],
  local: [],
  client: ['domain'],
  bin: ['client', ...DEPLOYED],
  lab: ['bin', 'client', ...DEPLOYED],
};

/** Rooms that may use only part of another room. */
const ONLY: { from: string; to: string; files: RegExp; why: string }[] = [
  {
    from: 'lib',
    to: 'lambdas',
    files: /^lambdas\/(functions|function-definition|capabilities|[^/]+\/function)\.ts$/,
    why: 'deployment facts',
  },
  {
    from: 'contracts',
    to: 'queues',
    files: /^queues\/definitions\.ts$/,
    why: 'names of settings',
  },
  {
    from: 'lib',
    to: 'contracts',
    files: /^contracts\/(telemetry|settings)\.ts$/,
    why: 'names of metrics and settings',
  },
  {
    from: 'lib',
    to: 'domain',
    files:
      /^domain\/(?:ledger\/entry-shards|catalog\/(?:bedrock|embedding)-models|routing\/bedrock-profiles|jobs\/job)\.ts$/,
    why: 'the rules that settings must follow, the profiles to grant, and the limits to watch',
  },
  {
    from: 'client',
    to: 'domain',
    files: /^domain\/(?:gateway|routing)\//,
    why: 'the rules of the gateway',
  },
  {
    from: 'lib',
    to: 'tables',
    files: /^tables\/(definition|definitions)\.ts$/,
    why: 'definitions',
  },
];

const PACKAGES: { pattern: RegExp; rooms: RegExp; why: string }[] = [
  {
    pattern: /^@aws-sdk\//,
    // The client wraps an SDK, and the benchmark compares with the SDK's own document client.
    rooms: /^(?:aws|local)\/|^client\/bedrock\.ts$|^lab\/bench\/requests\/bare-ledger\.ts$/,
    why: 'SDK values live in aws/',
  },
  {
    pattern: /^(aws-cdk-lib|constructs|cdk-nag)/,
    rooms: /^(lib|bin)\//,
    why: 'CDK lives in lib/ and bin/',
  },
  {
    pattern: /^@aws-lambda-powertools\//,
    rooms: /^(aws|lambdas\/edge)\//,
    why: 'telemetry lives in aws/',
  },
];

/** Packages in rooms that browsers also load: pure code that does one thing well. */
const PURE_PACKAGES: Record<string, readonly string[]> = {
  domain: ['markdown-it', 'ml-regression'],
  contracts: ['ipaddr.js', 'zod', 'zod-openapi'],
};
/** Server-only code: it hashes, or reads bytes with Node.js APIs. */
const SERVER = 'contracts/server/';
const isForBrowsers = (file: string): boolean =>
  roomOf(file) in PURE_PACKAGES && !file.startsWith(SERVER);

/** These look up names only among a record's own properties, or where nothing is inherited. */
const READS_OWN_NAMES = /^(?:(?:domain|local)\/own-value|tables\/codec\/fields)\.ts$/;

/** Written by `npm run client`. */
const GENERATED = 'client/api-types.ts';

type Import = { file: string; specifier: string };

const files = globSync(`{${Object.keys(MAY_IMPORT).join(',')}}/**/*.ts`, { cwd: ROOT }).toSorted();
const imports = files.flatMap(importsOf);

describe('the house', () => {
  it('has files in every room', () => {
    for (const room of Object.keys(MAY_IMPORT)) {
      const least = room === 'queues' ? 2 : 4;
      expect(files.filter((file) => roomOf(file) === room).length, room).toBeGreaterThanOrEqual(
        least,
      );
    }
  });

  it('lets arrows go one way', () => {
    const wrong = imports.flatMap(({ file, specifier }) => {
      const target = targetOf(file, specifier);
      if (target === undefined) return [];
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === to) return [];
      if (!MAY_IMPORT[from]?.includes(to)) return [`${file} imports ${target}`];
      const rule = ONLY.find((only) => only.from === from && only.to === to);
      return rule && !rule.files.test(target) ? [`${file} imports ${target}, not ${rule.why}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps packages where they belong', () => {
    const wrong = imports.flatMap(({ file, specifier }) =>
      PACKAGES.filter(({ pattern, rooms }) => pattern.test(specifier) && !rooms.test(file)).map(
        ({ why }) => `${file} imports ${specifier}: ${why}`,
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('lets only HTTP functions know problems and headers: services throw service errors', () => {
    const wrong = imports.flatMap(({ file, specifier }) =>
      targetOf(file, specifier) === 'contracts/problem.ts' &&
      !/^(?:contracts|lambdas\/(?:edge|fallback|gateway))\//.test(file)
        ? [`${file} imports contracts/problem.ts`]
        : [],
    );
    const headers = files.filter(
      (file) => roomOf(file) === 'services' && /retry-after|ProblemError/i.test(sourceOf(file)),
    );
    expect([...wrong, ...headers]).toEqual([]);
  });

  it('has no cycles', () => {
    const graph = new Map<string, string[]>();
    for (const { file, specifier } of imports) {
      const target = targetOf(file, specifier);
      if (target) graph.set(file, [...(graph.get(file) ?? []), target]);
    }
    expect(cyclesOf(graph)).toEqual([]);
  });

  it('has no cycles between the folders of a room', () => {
    const graph = new Map<string, string[]>();
    for (const { file, specifier } of imports) {
      const target = targetOf(file, specifier);
      if (!target || roomOf(file) !== roomOf(target) || roomOf(file) === 'lambdas') continue;
      const [from, to] = [folderOf(file), folderOf(target)];
      if (from !== to) graph.set(from, [...(graph.get(from) ?? []), to]);
    }
    expect(cyclesOf(graph)).toEqual([]);
  });

  it('lets a browser load domain and contracts: nothing in them needs Node.js', () => {
    const wrong = imports
      .filter(({ file }) => isForBrowsers(file))
      .filter(({ file, specifier }) =>
        specifier.startsWith('.')
          ? targetOf(file, specifier)?.startsWith(SERVER)
          : !PURE_PACKAGES[roomOf(file)]?.includes(specifier),
      );
    const nodeOnly = files
      .filter(isForBrowsers)
      .filter((file) =>
        /(?<!\.)\b(?:Buffer|process|require|__dirname|import\.meta)\b[.(]/.test(codeOf(file)),
      );
    expect([...wrong, ...nodeOnly]).toEqual([]);
  });

  it('keeps the domain pure: no clock, randomness, environment or waiting', () => {
    const impure =
      /\b(?:await|async|Date\.now|new Date\(\)|Math\.random|process\.|crypto\.|console\.|setTimeout|fetch)\b/;
    const wrong = files
      .filter((file) => roomOf(file) === 'domain')
      .flatMap((file) =>
        codeOf(file)
          .split('\n')
          .filter((line) => impure.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(wrong).toEqual([]);
  });

  it('looks names from outside up in maps, or among what a record itself holds', () => {
    const fixture = 'test/support/outside-names-fixture.ts';
    const lookups = lookupsOfOutsideNames(
      ROOT,
      (file) => file === fixture || (files.includes(file) && !READS_OWN_NAMES.test(file)),
    );
    const isOfFixture = (lookup: string): boolean => lookup.startsWith(fixture);
    expect(lookups.filter((lookup) => !isOfFixture(lookup))).toEqual([]);
    const wrong = sourceOf(fixture)
      .split('\n')
      .flatMap((line, at) => (line.includes('// wrong') ? [`${fixture}:${at + 1}`] : []));
    expect(lookups.filter(isOfFixture).map((lookup) => lookup.split(' ')[0])).toEqual(wrong);
  });

  it('has files of readable length and names that say what they export', () => {
    const long = files.filter(
      (file) => file !== GENERATED && sourceOf(file).split('\n').length > 300,
    );
    const vague = files.filter((file) => /\/(?:utils?|helpers?|common|misc)\b/.test(file));
    const shouting = files.filter((file) => !/^[a-z0-9/.-]+$/.test(file));
    expect([...long, ...vague, ...shouting]).toEqual([]);
  });

  it('names bindings, parameters and members by nouns, not by participles', () => {
    const words = '(?:found|known|wanted|sought|met|held)';
    const bound = /\b(?:const|let)\s+(?:found|known|wanted|sought|some|one|met|held)\b/;
    const declared = new RegExp(`(?:^|[(,{;])\\s*${words}\\??:|\\(${words}[,)]`, 'm');
    const wrong = files.filter((file) => {
      const code = codeOf(file);
      return bound.test(code) || (roomOf(file) !== 'lab' && declared.test(code));
    });
    expect(wrong).toEqual([]);
  });

  it('speaks plain American English', () => {
    const translated =
      /\b(?:[Aa]new|[Ww]hoever|[Rr]eckon(?:ed|s|ing)?)\b|\b[Bb]y itself\b|\bof which\b|(?:^\s*(?:\*|\/\/|\/\*\*)|[.:!?])\s+Of [a-z]/;
    const docs = globSync('{*.md,{docs,domain,lab,local,lambdas,contracts}/**/*.md}', {
      cwd: ROOT,
      exclude: ['node_modules/**'],
    });
    const wrong = [...files, ...docs].flatMap((file) =>
      sourceOf(file)
        .split('\n')
        .filter((line) => translated.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });

  it('speaks of nothing outside itself', () => {
    const text = globSync('{*.md,docs/**/*.md,*/**/README.md}', {
      cwd: ROOT,
      exclude: ['node_modules/**', 'artillery/node_modules/**'],
    });
    const paths = [...files, ...text].filter((file) =>
      /(?:^|[\s"'`(])\/(?:work|root|home)\//m.test(sourceOf(file)),
    );
    expect(paths).toEqual([]);
  });
});

function importsOf(file: string): Import[] {
  const pattern =
    /^\s*(?:import|export)\s+(?:type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/gm;
  return (
    [...sourceOf(file).matchAll(pattern)]
      .map((match) => ({
        file,
        specifier: match[1] ?? match[2] ?? '',
      }))
      // Generators compute import targets at run time.
      .filter(({ specifier }) => !specifier.includes('${'))
  );
}

function targetOf(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.')
    ? relative(ROOT, normalize(join(ROOT, dirname(file), specifier)))
    : undefined;
}

function cyclesOf(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

/** A file's lines without comments. */
const codeOf = (file: string): string =>
  sourceOf(file)
    .split('\n')
    .filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line))
    .join('\n');

function sourceOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Files directly in a room count individually, next to its folders. */
function folderOf(file: string): string {
  const [room, folder] = file.split('/');
  return `${room}/${folder}`;
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}
