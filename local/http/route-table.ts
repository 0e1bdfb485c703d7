/** A route of an API: a key such as `GET /v1/things/{id}` and its target. */
export type Route<Target> = {
  key: string;
  target: Target;
};

export type RouteMatch<Target> = {
  route: Route<Target>;
  /** Path parameters; `undefined` if the route has none. */
  pathParameters: Record<string, string> | undefined;
};

/** Finds the route for a method and a raw (still encoded) path. */
export type RouteTable<Target> = (method: string, path: string) => RouteMatch<Target> | undefined;

type Pattern<Target> = {
  route: Route<Target>;
  method: string;
  segments: readonly Segment[];
};

type Segment =
  | { kind: 'exact'; text: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'greedy'; name: string };

const WEIGHTS = { exact: 0, parameter: 1, greedy: 2 } as const;

/**
 * Matches like API Gateway, segment by segment from the left: literals before parameters before a
 * greedy parameter, a specific method before ANY, and `$default` last.
 * @param decode reads parameters, which HTTP APIs hand over decoded and REST APIs as they came
 */
export function createRouteTable<Target>(
  routes: readonly Route<Target>[],
  decode: (text: string) => string = decodePath,
): RouteTable<Target> {
  const fallback = routes.find((route) => route.key === '$default');
  const patterns = routes
    .filter((route) => route.key !== '$default')
    .map(parseRoute)
    .toSorted(compare);
  const exact = new Map<string, Pattern<Target>>();
  for (const pattern of patterns.filter(isExact)) exact.set(pattern.route.key, pattern);
  const variable = patterns.filter((pattern) => !isExact(pattern));
  return (method, path) => {
    const hit = exact.get(`${method} ${path}`) ?? exact.get(`ANY ${path}`);
    if (hit !== undefined) return { route: hit.route, pathParameters: undefined };
    const parts = splitPath(path);
    for (const pattern of variable) {
      if (pattern.method !== 'ANY' && pattern.method !== method) continue;
      const pathParameters = matchSegments(pattern.segments, parts, decode);
      if (pathParameters !== undefined) return { route: pattern.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function parseRoute<Target>(route: Route<Target>): Pattern<Target> {
  const space = route.key.indexOf(' ');
  const segments = splitPath(route.key.slice(space + 1)).map((text): Segment => {
    const match = /^\{([^}+]+)(\+?)\}$/.exec(text);
    if (match === null) return { kind: 'exact', text };
    return { kind: match[2] === '+' ? 'greedy' : 'parameter', name: match[1] ?? '' };
  });
  return { route, method: route.key.slice(0, space), segments };
}

function isExact<Target>(pattern: Pattern<Target>): boolean {
  return pattern.segments.every((segment) => segment.kind === 'exact');
}

function compare<Target>(left: Pattern<Target>, right: Pattern<Target>): number {
  const length = Math.min(left.segments.length, right.segments.length);
  for (let i = 0; i < length; i += 1) {
    const difference =
      WEIGHTS[left.segments[i]?.kind ?? 'exact'] - WEIGHTS[right.segments[i]?.kind ?? 'exact'];
    if (difference !== 0) return difference;
  }
  const longer = right.segments.length - left.segments.length;
  if (longer !== 0) return longer;
  return Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
  decode: (text: string) => string,
): Record<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined || part === '') return undefined;
    if (segment.kind === 'greedy') {
      parameters.set(segment.name, decode(parts.slice(index).join('/')));
      return Object.fromEntries(parameters);
    }
    if (segment.kind === 'parameter') parameters.set(segment.name, decode(part));
    else if (segment.text !== part) return undefined;
  }
  return segments.length === parts.length ? Object.fromEntries(parameters) : undefined;
}

function splitPath(path: string): string[] {
  return path.split('/').slice(1);
}

/**
 * Decodes percent escapes in a path. HTTP APIs do this for parameters and, despite its name, for
 * the event's `rawPath`. Leaves malformed escapes unchanged.
 */
export function decodePath(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
