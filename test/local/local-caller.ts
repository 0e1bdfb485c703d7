export interface Called {
  readonly status: number;
  // Each test knows the shape of what it asks for.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
  readonly headers: Headers;
}

/** The key that tests give to local runs. */
export const LOCAL_KEY = 'key-of-a-local-run';

/**
 * Makes a function that sends a request to a local run, adds the key for the run's own paths, and
 * parses the JSON answer.
 */
export function createCaller(
  url: string,
): (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Called> {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(path.startsWith('/_local/') && { authorization: `Bearer ${LOCAL_KEY}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, json, headers: response.headers };
  };
}
