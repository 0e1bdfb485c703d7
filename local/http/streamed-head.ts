/** Status and headers of an answer, as API Gateway sends them. */
export type StreamedHead = {
  statusCode: number;
  headers: Record<string, string | string[]>;
};

const DROPPED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** API Gateway keeps these names for itself and sends the function's under another one. */
const REMAPPED = new Set(['authorization', 'content-md5', 'date', 'server', 'www-authenticate']);

/** Reads the metadata that a function streams before its body; `undefined` if they are not valid. */
export function readHead(json: string): StreamedHead | undefined {
  const metadata = objectIn(json);
  if (metadata === undefined) return undefined;
  const { statusCode, headers, multiValueHeaders, cookies } = metadata;
  const status = Number(statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const all = new Map<string, string | string[]>([['content-type', 'application/json']]);
  const add = (name: string, content: string | string[]): void => {
    const lower = name.toLowerCase();
    if (DROPPED.has(lower)) return;
    all.set(REMAPPED.has(lower) ? `x-amzn-remapped-${lower}` : lower, content);
  };
  for (const [name, content] of Object.entries(headers ?? {})) add(name, String(content));
  for (const [name, contents] of Object.entries(multiValueHeaders ?? {})) {
    add(name, [contents].flat().map(String));
  }
  if (Array.isArray(cookies) && cookies.length > 0) add('set-cookie', cookies.map(String));
  return { statusCode: status, headers: Object.fromEntries(all) };
}

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
